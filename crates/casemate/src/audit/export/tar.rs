//! A bundle as one file: the form `ustar` of POSIX.1-2017 (`pax`, "ustar Interchange Format"), which every `tar` reads.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

const BLOCK: usize = 512;
/// The largest file that eleven octal digits give the size of.
const LARGEST: u64 = (1 << 33) - 1;
/// The longest name in its field, and the longest directory in the field `prefix`.
const NAME: usize = 100;
const PREFIX: usize = 155;

/// The directory that the files have inside of the file `to`: its name without its ending.
fn inside(to: &Path) -> &str {
    to.file_stem().and_then(|stem| stem.to_str()).unwrap_or("export")
}

/// Refuses a file whose name, as a directory, does not fit: before anything is read.
pub(super) fn check_name(to: &Path) -> io::Result<()> {
    if inside(to).len() <= PREFIX {
        return Ok(());
    }
    let what = format!("{}: without its ending the name of a tar file has at most {PREFIX} bytes", to.display());
    Err(io::Error::new(io::ErrorKind::InvalidInput, what))
}

/// Packs the files of the directory `from` into the file `to` in the directory `place`, whole or not at all; it must
/// not be there yet. Each has the name of `to`, without its ending, as its directory.
pub(super) fn write(from: &Path, place: &Path, to: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".casemate-export-").tempfile_in(place)?;
    let mut out = BufWriter::with_capacity(1 << 16, file.as_file_mut());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| io::Error::other("a name is no text"))?;
        if entry.file_type()?.is_dir() {
            for below in std::fs::read_dir(entry.path())? {
                let below = below?.file_name().into_string().map_err(|_| io::Error::other("a name is no text"))?;
                names.push(format!("{name}/{below}"));
            }
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    for name in &names {
        pack(&mut out, inside(to), name, &from.join(name))?;
    }
    out.write_all(&[0; 2 * BLOCK])?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist_noclobber(to).map_err(|error| error.error)?;
    File::open(place)?.sync_all()
}

fn pack(out: &mut impl Write, dir: &str, name: &str, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let header = header(dir, name, size)
        .ok_or_else(|| io::Error::other(format!("{name} does not fit into a tar file: export into a directory")))?;
    out.write_all(&header)?;
    if io::copy(&mut file.take(size), out)? != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let rest = usize::try_from(size % BLOCK as u64).unwrap_or_default();
    if rest > 0 { out.write_all(&vec![0; BLOCK - rest]) } else { Ok(()) }
}

/// The header of a plain file in a directory, that everybody may read and nobody owns.
fn header(dir: &str, name: &str, size: u64) -> Option<[u8; BLOCK]> {
    // Both in one field, where they fit: readers that know no other form than that of 1979 see it whole.
    let whole = format!("{dir}/{name}");
    let (prefix, name) = if whole.len() <= NAME { ("", whole.as_str()) } else { (dir, name) };
    let mut header = [0_u8; BLOCK];
    let mut field = |at: usize, bytes: &[u8]| -> Option<()> {
        header.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
        Some(())
    };
    if name.len() > NAME || prefix.len() > PREFIX || size > LARGEST {
        return None;
    }
    field(0, name.as_bytes())?;
    field(100, b"0000644\0")?;
    field(108, b"0000000\0")?;
    field(116, b"0000000\0")?;
    field(124, format!("{size:011o}\0").as_bytes())?;
    field(136, b"00000000000\0")?;
    field(148, b"        ")?;
    field(156, b"0")?;
    field(257, b"ustar\x0000")?;
    field(345, prefix.as_bytes())?;
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header.get_mut(148..156)?.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_those_of_the_standard() {
        let bytes = header("dir", "name", 1234).unwrap();
        assert_eq!(
            (&bytes[..9], &bytes[124..136], &bytes[156..157]),
            (&b"dir/name\0"[..], &b"00000002322\0"[..], &b"0"[..])
        );
        let mut blank = bytes;
        blank[148..156].copy_from_slice(b"        ");
        let sum: u32 = blank.iter().map(|byte| u32::from(*byte)).sum();
        assert_eq!(&bytes[148..156], format!("{sum:06o}\0 ").as_bytes());
        assert!(header("d", "n", LARGEST + 1).is_none() && header("d", "n", LARGEST).is_some());
        let (dir, name) = ("d".repeat(PREFIX), "n".repeat(NAME));
        let long = header(&dir, &name, 1).unwrap();
        assert_eq!((&long[..NAME], &long[345..500]), (name.as_bytes(), dir.as_bytes()));
        assert!(
            header(&dir, &"n".repeat(NAME + 1), 1).is_none() && header(&"d".repeat(PREFIX + 1), &name, 1).is_none()
        );
        let whole = header(&"d".repeat(49), &"n".repeat(50), 1).unwrap();
        assert_eq!((whole[NAME - 1], &whole[345..]), (b'n', &[0; 167][..]));
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused_before_anything_is_read() {
        let to = |len| std::path::PathBuf::from(format!("/x/{}.tar", "n".repeat(len)));
        assert!(check_name(&to(PREFIX)).is_ok());
        assert!(check_name(&to(PREFIX + 1)).unwrap_err().to_string().contains("155"));
    }

    #[test]
    fn what_is_there_is_not_overwritten() {
        let (from, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(from.path().join("a"), vec![b'a'; 513]).unwrap();
        let to = place.path().join("x.tar");
        write(from.path(), place.path(), &to).unwrap();
        let first = std::fs::read(&to).unwrap();
        assert_eq!((first.len() % BLOCK, &first[..4], &first[512..515]), (0, &b"x/a\0"[..], &b"aaa"[..]));
        assert!(write(from.path(), place.path(), &to).is_err());
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
