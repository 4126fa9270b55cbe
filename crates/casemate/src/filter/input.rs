//! Stdin, bounded, with its progress where a terminal shows it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// What comes in.
pub(super) struct Input {
    from: BufReader<Box<dyn Read>>,
    bar: ProgressBar,
}

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing more comes.
    End,
    /// One that fits.
    Whole(Vec<u8>),
    /// One that is too long; it was passed over.
    TooLong,
}

impl Input {
    /// Stdin; with its progress where it is a file and stderr a terminal.
    pub(super) fn of_stdin(with_bar: bool) -> Self {
        let shown = with_bar && io::stderr().is_terminal() && !io::stdout().is_terminal();
        let len = std::fs::metadata("/dev/stdin").ok().filter(|file| shown && file.is_file()).map(|file| file.len());
        let bar = match len {
            Some(len) => {
                let style =
                    ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes} of {total_bytes}, {eta} left");
                ProgressBar::new(len).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            }
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
        };
        Self::new(Box::new(io::stdin()), bar)
    }

    fn new(from: Box<dyn Read>, bar: ProgressBar) -> Self {
        Self { from: BufReader::with_capacity(PIECE, from), bar }
    }

    /// Everything; `None` where that is over `most` bytes.
    pub(super) fn all(mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece()? {
            if bytes.len() + piece.len() > most {
                return Ok(None);
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Some(bytes))
    }

    /// What comes next, as soon as there is anything; `None` at the end.
    pub(super) fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let piece = self.fill()?.to_vec();
        self.passed(piece.len());
        Ok((!piece.is_empty()).then_some(piece))
    }

    /// The next line, of at most `most` bytes.
    pub(super) fn line(&mut self, most: usize) -> io::Result<Line> {
        let (mut line, mut fits, mut is_any) = (Vec::new(), true, false);
        loop {
            let piece = self.fill()?;
            if piece.is_empty() {
                break;
            }
            is_any = true;
            let end = piece.iter().position(|byte| *byte == b'\n');
            let part = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
            fits = fits && line.len() + part.len() <= most;
            if fits {
                line.extend_from_slice(part);
            } else {
                line = Vec::new();
            }
            let passed = part.len() + usize::from(end.is_some());
            self.passed(passed);
            if end.is_some() {
                break;
            }
        }
        Ok(match (is_any, fits) {
            (false, _) => Line::End,
            (true, true) => Line::Whole(line),
            (true, false) => Line::TooLong,
        })
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.from.fill_buf() {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
                Ok(_) => return Ok(self.from.buffer()),
            }
        }
    }

    fn passed(&mut self, bytes: usize) {
        self.from.consume(bytes);
        self.bar.inc(bytes as u64);
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &'static [u8]) -> Input {
        Input::new(Box::new(text), ProgressBar::hidden())
    }

    #[test]
    fn lines_are_bounded_and_the_rest_goes_on() {
        let mut lines = input(b"abc\n\nabcd\nabcdefghijkl\nx");
        let whole = |text: &[u8]| Line::Whole(text.to_vec());
        for line in [whole(b"abc"), whole(b""), whole(b"abcd"), Line::TooLong, whole(b"x"), Line::End, Line::End] {
            assert_eq!(lines.line(4).unwrap(), line);
        }
    }

    #[test]
    fn a_text_is_bounded() {
        assert_eq!(input(b"abcd").all(4).unwrap().as_deref(), Some(b"abcd".as_slice()));
        assert_eq!(input(b"abcde").all(4).unwrap(), None);
        assert_eq!(input(b"").all(4).unwrap(), Some(Vec::new()));
    }
}
