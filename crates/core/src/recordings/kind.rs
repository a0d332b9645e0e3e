//! How recordings begin.

/// Whether a recording of a type begins like this. Of a container that holds sound and pictures, its name for either is
/// taken: players look inside.
pub(super) fn begins(mime_type: &str, beginning: &[u8]) -> bool {
    let at = |offset: usize, bytes: &[u8]| {
        beginning.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
    };
    match mime_type {
        // ISO/IEC 14496-12, 4.3: a box `ftyp` comes first.
        "video/mp4" | "audio/mp4" => at(4, b"ftyp"),
        // RFC 8794, 11.2.1: an EBML header, whose document type says WebM.
        "video/webm" | "audio/webm" => {
            at(0, b"\x1a\x45\xdf\xa3")
                && beginning
                    .iter()
                    .take(64)
                    .copied()
                    .collect::<Vec<_>>()
                    .windows(4)
                    .any(|word| word == b"webm")
        }
        // ID3v2, or the sync word of a frame of layer III (ISO/IEC 11172-3, 2.4.1.3).
        "audio/mpeg" => {
            at(0, b"ID3") || matches!(beginning, [0xff, second, ..] if second & 0xe6 == 0xe2)
        }
        // RFC 3533, 6.
        "audio/ogg" => at(0, b"OggS"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_beginning_and_nothing_else_is() {
        let webm = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm";
        let files: [(&[u8], &[&str]); 12] = [
            (b"\0\0\0\x20ftypisom", &["video/mp4", "audio/mp4"]),
            (webm, &["video/webm", "audio/webm"]),
            (b"ID3\x04", &["audio/mpeg"]),
            (b"\xff\xfb\x90", &["audio/mpeg"]),
            (b"OggS\0", &["audio/ogg"]),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", &[]),
            (b"ftypisom", &[]),
            (b"\xff\xf1\x50", &[]),
            (b"%PDF-1.7", &[]),
            (b"<script>webm</script>", &[]),
            (b"\xff", &[]),
            (b"", &[]),
        ];
        let types = [
            "video/mp4",
            "audio/mp4",
            "video/webm",
            "audio/webm",
            "audio/mpeg",
            "audio/ogg",
            "text/html",
        ];
        for (bytes, expected) in files {
            let taken: Vec<_> = types.into_iter().filter(|said| begins(said, bytes)).collect();
            assert_eq!(taken, expected, "{bytes:?}");
        }
    }
}
