package io.github.glimpse.image;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the orientation in EXIF and XMP blocks. Metadata that cannot be read is no reason to refuse a picture: then
 * there is no orientation.
 */
final class OrientationTag {

    /** The letters before the TIFF structure in a JPEG segment, and in some WebP files. */
    static final String EXIF_PREFIX = "Exif\0\0";

    private static final int TAG = 0x0112;
    private static final int TIFF_MAGIC = 42;
    private static final int ENTRY_BYTES = 12;
    private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

    private OrientationTag() {}

    /**
     * Chooses as Pillow does: EXIF if it has the tag, else XMP, else upright.
     *
     * @param exif a TIFF structure, with or without {@link #EXIF_PREFIX}; empty if there is none
     * @param xmp an XMP packet; empty if there is none
     */
    static int choose(byte[] exif, byte[] xmp) {
        OptionalInt fromExif = ofExif(exif);
        return fromExif.isPresent() ? fromExif.getAsInt() : ofXmp(xmp).orElse(Turn.NONE);
    }

    private static OptionalInt ofExif(byte[] block) {
        FileBytes bytes = new FileBytes(block);
        long start = bytes.startsWith(0, EXIF_PREFIX) ? EXIF_PREFIX.length() : 0;
        try {
            FileBytes tiff =
                    bytes.as(bytes.startsWith((int) start, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            if (block.length == 0 || tiff.u16(start + 2) != TIFF_MAGIC) {
                return OptionalInt.empty();
            }
            long directory = start + tiff.u32(start + 4);
            int entryCount = tiff.u16(directory);
            for (int entry = 0; entry < entryCount; entry++) {
                long at = directory + 2 + (long) entry * ENTRY_BYTES;
                if (tiff.u16(at) == TAG) {
                    return value(tiff, at);
                }
            }
        } catch (IOException ignored) { // a cut-off block has no orientation
            return OptionalInt.empty();
        }
        return OptionalInt.empty();
    }

    private static OptionalInt value(FileBytes tiff, long entry) throws IOException {
        return switch (tiff.u16(entry + 2)) {
            case 1 -> OptionalInt.of(tiff.u8(entry + 8));
            case 3 -> OptionalInt.of(tiff.u16(entry + 8));
            case 4 -> OptionalInt.of(tiff.s32(entry + 8));
            default -> OptionalInt.empty();
        };
    }

    private static OptionalInt ofXmp(byte[] packet) {
        Matcher matcher = XMP.matcher(new String(packet, StandardCharsets.ISO_8859_1));
        return matcher.find() ? OptionalInt.of(matcher.group(1).charAt(0) - '0') : OptionalInt.empty();
    }
}
