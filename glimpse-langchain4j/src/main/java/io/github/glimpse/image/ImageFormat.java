package io.github.glimpse.image;

import java.io.IOException;
import java.util.Optional;

/** The file formats that can be read, told apart by their first bytes; names and file endings are not asked. */
enum ImageFormat {
    PNG {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n');
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return PngFile.open(file);
        }
    },
    JPEG {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, 0xFF, 0xD8, 0xFF);
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return JpegFile.open(file);
        }
    },
    GIF {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, "GIF87a") || file.startsWith(0, "GIF89a");
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return GifFile.open(file);
        }
    },
    WEBP {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, "RIFF") && file.startsWith(8, "WEBP");
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return WebpFile.open(file);
        }
    },
    TIFF {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, 'I', 'I', 42, 0) || file.startsWith(0, 'M', 'M', 0, 42);
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return TiffFile.open(file);
        }
    },
    BMP {
        @Override
        boolean accepts(FileBytes file) {
            return file.startsWith(0, "BM");
        }

        @Override
        ImageFile open(FileBytes file) throws IOException {
            return BmpFile.open(file);
        }
    };

    abstract boolean accepts(FileBytes file);

    /** Reads the header, without pixels. */
    abstract ImageFile open(FileBytes file) throws IOException;

    static Optional<ImageFormat> of(FileBytes file) {
        for (ImageFormat format : values()) {
            if (format.accepts(file)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** Says what a file is that no format accepts, for the message. */
    static String describeUnknown(FileBytes file) {
        if (file.startsWith(4, "ftypavif") || file.startsWith(4, "ftypavis")) {
            return "an AVIF picture";
        }
        if (file.startsWith(4, "ftyphei") || file.startsWith(4, "ftyphev") || file.startsWith(4, "ftypm")) {
            return "a HEIF picture or a video";
        }
        if (file.startsWith(4, "ftyp")) {
            return "a video";
        }
        if (file.startsWith(0, 0xFF, 0x0A) || file.startsWith(4, "JXL ")) {
            return "a JPEG XL picture";
        }
        if (file.startsWith(4, "jP  ") || file.startsWith(0, 0xFF, 0x4F, 0xFF, 0x51)) {
            return "a JPEG 2000 picture";
        }
        if (file.startsWith(0, 'I', 'I', 43, 0) || file.startsWith(0, 'M', 'M', 0, 43)) {
            return "a BigTIFF picture";
        }
        if (file.startsWith(0, 0, 0, 1, 0) || file.startsWith(0, 0, 0, 2, 0)) {
            return "an icon";
        }
        if (file.startsWith(0, "%PDF")) {
            return "a PDF document";
        }
        if (file.startsWith(0, "<")) {
            return "text with tags (SVG or a web page)";
        }
        return "of no kind that is known here";
    }
}
