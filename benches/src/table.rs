//! Tables for a terminal and for Markdown.

/// A table: the first column is text, the others are figures.
#[derive(Debug, Clone)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Columns set apart by spaces.
    Terminal,
    /// GitHub's Markdown.
    Markdown,
}

impl Style {
    /// A heading.
    #[must_use]
    pub fn heading(self, text: &str) -> String {
        match self {
            Self::Terminal => format!("\n{text}\n"),
            Self::Markdown => format!("\n### {text}\n\n"),
        }
    }
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|cell| (*cell).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The table as text, with a line feed after every line.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = std::iter::once(&self.head).chain(&self.rows).filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
            })
            .collect();
        let mut lines = vec![line(&self.head, &widths, style)];
        if style == Style::Markdown {
            let rules = widths.iter().enumerate();
            let rule = |(column, width): (usize, &usize)| {
                if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
            };
            lines.push(line(&rules.map(rule).collect::<Vec<_>>(), &widths, style));
        }
        lines.extend(self.rows.iter().map(|row| line(row, &widths, style)));
        lines.concat()
    }
}

fn line(cells: &[String], widths: &[usize], style: Style) -> String {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(column, (cell, width))| if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
        .collect();
    match style {
        Style::Terminal => format!("{}\n", padded.join("  ").trim_end()),
        Style::Markdown => format!("| {} |\n", padded.join(" | ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_align_to_the_right_in_both_styles() {
        let mut table = Table::new(&["row", "µs"]);
        table.push(vec!["direct".into(), "7".into()]);
        table.push(vec!["proxy".into(), "1234".into()]);
        assert_eq!(table.render(Style::Terminal), "row       µs\ndirect     7\nproxy   1234\n");
        assert_eq!(
            table.render(Style::Markdown),
            "| row    |   µs |\n| ------ | ---: |\n| direct |    7 |\n| proxy  | 1234 |\n"
        );
    }
}
