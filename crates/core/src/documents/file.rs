//! How the documents begin that specialists hand in.

/// How the images begin that the bucket takes (ITU T.81, B.1; PNG, 5.2).
const IMAGES: [(&str, &[u8]); 2] =
    [("image/jpeg", b"\xff\xd8\xff"), ("image/png", b"\x89PNG\r\n\x1a\n")];
/// The header of a PDF, before which readers pass over what mail gateways, scanners and
/// editors put there, a byte order mark say (ISO 32000-2, 7.5.2), within the first 1,024 bytes (Acrobat's
/// implementation notes to PDF 1.7, H.3, 13).
const PDF_HEADER: &[u8] = b"%PDF-";
/// The type of a file by its first bytes, of those that the bucket takes. A file has one: what begins as an
/// image is no PDF, whatever it holds.
fn kind(beginning: &[u8]) -> Option<&'static str> {
    let image = IMAGES.iter().find(|(_, signature)| beginning.starts_with(signature));
    let is_pdf = || beginning.windows(PDF_HEADER.len()).any(|bytes| bytes == PDF_HEADER);
    image.map(|(mime_type, _)| *mime_type).or_else(|| is_pdf().then_some("application/pdf"))
}

/// Whether a document of a type begins like this.
pub(super) fn begins(mime_type: &str, beginning: &[u8]) -> bool {
    kind(beginning) == Some(mime_type)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::{
        error::Code,
        uploaded_file::{Announced, BYTES, Inspection, KIND, LENGTH},
    };

    fn announced<'a>(mime_type: &'a str, file_hash: &'a str, length: usize) -> Announced<'a> {
        Announced { file_hash, mime_type, file_size: u32::try_from(length).unwrap(), begins }
    }

    fn is_it(mime_type: &str, bytes: &[u8], pieces: &[&[u8]]) -> bool {
        let file_hash = hex::encode(Sha256::digest(bytes));
        let announced = announced(mime_type, &file_hash, bytes.len());
        let mut inspection = Inspection::default();
        for piece in pieces {
            inspection.take(piece);
        }
        inspection.finish(&announced).is_ok()
    }

    /// The type that a file is taken for, whatever was announced.
    fn taken_for(bytes: &[u8]) -> Option<&'static str> {
        let types = ["application/pdf", "image/jpeg", "image/png", "text/html", ""];
        let mut taken = types.into_iter().filter(|said| is_it(said, bytes, &[bytes]));
        let first = taken.next();
        assert_eq!(taken.next(), None, "one type alone");
        first
    }

    #[test]
    fn each_kind_is_known_by_its_beginning_and_taken_for_no_other() {
        const PDF: Option<&str> = Some("application/pdf");
        let after = |length: usize, byte: u8| [&vec![byte; length][..], b"%PDF-1.7\n..."].concat();
        let files: [(&str, Vec<u8>, Option<&str>); 21] = [
            ("a PDF", b"%PDF-1.7\n...".to_vec(), PDF),
            ("its header alone", b"%PDF-".to_vec(), PDF),
            ("after a byte order mark", b"\xef\xbb\xbf%PDF-1.4".to_vec(), PDF),
            ("after a blank line", b"\r\n%PDF-1.4".to_vec(), PDF),
            ("after blanks", after(7, b' '), PDF),
            (
                "after a mail gateway's lines",
                b"Content-Type: application/pdf\r\n\r\n%PDF-1.4".to_vec(),
                PDF,
            ),
            ("after zeros", after(512, 0), PDF),
            ("after half a header", b"%PDF%PDF-1.7".to_vec(), PDF),
            ("as late as readers look", after(1019, b'x'), PDF),
            ("a byte later", after(1020, b'x'), None),
            ("much later", after(5000, b'x'), None),
            ("a header in UTF-16", b"\xff\xfe%\0P\0D\0F\0-\0".to_vec(), None),
            ("a header in small letters", b"%pdf-1.7".to_vec(), None),
            ("a JPEG", b"\xff\xd8\xff\xe0 JFIF".to_vec(), Some("image/jpeg")),
            ("a JPEG after a byte", b" \xff\xd8\xff\xe0 JFIF".to_vec(), None),
            (
                "a JPEG with a header of a PDF within",
                b"\xff\xd8\xff\xe0 %PDF-1.7".to_vec(),
                Some("image/jpeg"),
            ),
            ("a PNG", b"\x89PNG\r\n\x1a\n IHDR".to_vec(), Some("image/png")),
            (
                "a PNG with a header of a PDF within",
                b"\x89PNG\r\n\x1a\n %PDF-1.7".to_vec(),
                Some("image/png"),
            ),
            ("a PNG that is cut off", b"\x89PNG".to_vec(), None),
            ("a page", b"<script>alert(1)</script>".to_vec(), None),
            ("nothing", Vec::new(), None),
        ];
        for (name, bytes, expected) in files {
            assert_eq!(taken_for(&bytes), expected, "{name}");
        }
    }

    #[test]
    fn each_fault_has_a_code_and_words_of_its_own() {
        let refused = |stored: &[u8]| {
            let mut inspection = Inspection::default();
            inspection.take(stored);
            let file_hash = hex::encode(Sha256::digest(b"%PDF-1.7 a"));
            let error =
                inspection.finish(&announced("application/pdf", &file_hash, 10)).unwrap_err();
            (error.code(), error.detail().to_owned())
        };
        assert_eq!(refused(b"<script>.."), (Code::FileTypeMismatch, KIND.to_owned()));
        assert_eq!(refused(b"%PDF-1.7 b"), (Code::FileMismatch, BYTES.to_owned()));
        assert_eq!(refused(b"%PDF-1.7"), (Code::FileMismatch, LENGTH.to_owned()));
    }

    proptest! {
        #[test]
        fn it_is_the_same_in_whatever_pieces_it_comes(
            before in 0_usize..1019, rest in proptest::collection::vec(any::<u8>(), 0..64), cut in 0_usize..1100,
            other in any::<u8>()
        ) {
            let file = [&vec![b' '; before][..], b"%PDF-", &rest].concat();
            let is_it = |pieces: &[&[u8]]| is_it("application/pdf", &file, pieces);
            let (head, tail) = file.split_at(cut.min(file.len()));
            prop_assert!(is_it(&[head, tail]));
            prop_assert!(!is_it(&[head, tail, &[other]]));
            prop_assert!(!is_it(&[head]) || tail.is_empty());
        }
    }
}
