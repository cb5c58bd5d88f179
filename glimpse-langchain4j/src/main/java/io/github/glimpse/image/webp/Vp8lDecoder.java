package io.github.glimpse.image.webp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes a lossless picture: pixels packed by Huffman codes, copies of earlier pixels and a cache of colours, and made
 * easier to pack by up to four transforms. Not safe for concurrent use.
 */
public final class Vp8lDecoder {

    private static final int HEADER_BYTES = 5;
    private static final int PREDICTION = 0;
    private static final int COLOR_SHARES = 1;
    private static final int GREEN = 2;
    private static final int KINDS = 4;
    private static final int MOST_CACHE_BITS = 11;
    private static final int CACHE_FACTOR = 0x1E35A7BD;

    /** Numbers in all code tables together: 64 MB. Real files stay below a tenth of it. */
    private static final int MOST_CODE_NUMBERS = 1 << 24;

    /** Copies from near by name their place by rank, up to here; farther ones count pixels. */
    private static final int NEAR_PLACES = 120;

    /** Per rank: rows up, times 16, plus 8 less columns to the left. */
    private static final int[] NEAR = {
        0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b,
                0x36,
        0x3a, 0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b,
                0x34,
        0x3c, 0x03, 0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02,
                0x67,
        0x69, 0x12, 0x1e, 0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77,
                0x79,
        0x53, 0x5d, 0x11, 0x1f, 0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d,
                0x52,
        0x5e, 0x00, 0x74, 0x7c, 0x41, 0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e,
                0x61,
        0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70
    };

    /** Symbols between two looks at whether to go on. */
    private static final int LOOK = 1 << 16;

    private final LosslessBits bits;
    private final Runnable check;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Transform(int kind, int blockBits, int width, int[] data) {}

    private Vp8lDecoder(LosslessBits bits, Runnable check) {
        this.bits = bits;
        this.check = check;
    }

    /**
     * Decodes a picture without its header of five bytes, as transparency is stored.
     *
     * @param data a file; the stream is its {@code length} bytes from {@code start} on
     * @param check run now and then
     * @return {@code [height, width]}, each 8 bits of transparency, red, green and blue from the highest on; owned by
     *     the caller
     * @throws IOException if the stream is damaged or cut off
     */
    public static int[] decodeStream(byte[] data, int start, int length, int width, int height, Runnable check)
            throws IOException {
        return new Vp8lDecoder(new LosslessBits(data, start, length), check).picture(width, height);
    }

    /**
     * Decodes a picture with its header.
     *
     * @param width what the container says; the header has been compared with it
     * @param height what the container says
     * @param check run now and then
     * @return as {@link #decodeStream}
     * @throws IOException if the stream is damaged or cut off
     */
    public static int[] decode(byte[] data, int start, int length, int width, int height, Runnable check)
            throws IOException {
        if (length < HEADER_BYTES) {
            throw new IOException("its frame header is cut off");
        }
        return decodeStream(data, start + HEADER_BYTES, length - HEADER_BYTES, width, height, check);
    }

    private int[] picture(int width, int height) throws IOException {
        List<Transform> transforms = new ArrayList<>();
        boolean[] seen = new boolean[KINDS];
        int packedWidth = width;
        while (bits.flag()) {
            int kind = bits.number(2);
            if (seen[kind]) {
                throw new IOException("a transform comes twice");
            }
            seen[kind] = true;
            Transform transform = readTransform(kind, packedWidth, height);
            transforms.add(transform);
            packedWidth = packedWidth(transform);
        }
        int[] pixels = pixels(packedWidth, height, true);
        for (int i = transforms.size() - 1; i >= 0; i--) {
            check.run();
            pixels = undo(transforms.get(i), pixels, height);
        }
        return pixels;
    }

    private Transform readTransform(int kind, int width, int height) throws IOException {
        if (kind == GREEN) {
            return new Transform(kind, 0, width, new int[0]);
        }
        if (kind == PREDICTION || kind == COLOR_SHARES) {
            int blockBits = bits.number(3) + 2;
            int columns = LosslessTransforms.blocks(width, blockBits);
            int rows = LosslessTransforms.blocks(height, blockBits);
            return new Transform(kind, blockBits, width, pixels(columns, rows, false));
        }
        int count = bits.number(8) + 1;
        int[] colours = pixels(count, 1, false);
        for (int i = 1; i < count; i++) {
            colours[i] = LosslessTransforms.sum(colours[i], colours[i - 1]);
        }
        int packedBits = count > 16 ? 0 : count > 4 ? 1 : count > 2 ? 2 : 3;
        return new Transform(kind, packedBits, width, colours);
    }

    private static int packedWidth(Transform transform) {
        return transform.kind() == KINDS - 1
                ? LosslessTransforms.blocks(transform.width(), transform.blockBits())
                : transform.width();
    }

    private static int[] undo(Transform transform, int[] pixels, int height) {
        int width = transform.width();
        switch (transform.kind()) {
            case PREDICTION -> LosslessTransforms.addPrediction(pixels, width, transform.data(), transform.blockBits());
            case COLOR_SHARES ->
                LosslessTransforms.addColorShares(pixels, width, transform.data(), transform.blockBits());
            case GREEN -> LosslessTransforms.addGreen(pixels);
            default -> {
                return LosslessTransforms.lookUp(pixels, width, height, transform.data(), transform.blockBits());
            }
        }
        return pixels;
    }

    /** Reads one plane of pixels; only the picture itself may have different codes for different blocks. */
    private int[] pixels(int width, int height, boolean isPicture) throws IOException {
        int cacheBits = bits.flag() ? bits.number(4) : 0;
        if (cacheBits > MOST_CACHE_BITS) {
            throw new IOException("its colour cache is damaged");
        }
        int blockBits = 0;
        int[] groupOf = new int[0];
        int groupCount = 1;
        if (isPicture && bits.flag()) {
            blockBits = bits.number(3) + 2;
            groupOf = pixels(
                    LosslessTransforms.blocks(width, blockBits), LosslessTransforms.blocks(height, blockBits), false);
            for (int i = 0; i < groupOf.length; i++) {
                groupOf[i] = groupOf[i] >> 8 & 0xFFFF;
                groupCount = Math.max(groupCount, groupOf[i] + 1);
            }
        }
        HuffmanGroup[] groups = readGroups(groupCount, cacheBits);
        return copyAndRead(width, height, cacheBits, groups, groupOf, blockBits);
    }

    private HuffmanGroup[] readGroups(int count, int cacheBits) throws IOException {
        HuffmanGroup[] groups = new HuffmanGroup[count];
        int size = 0;
        for (int i = 0; i < count; i++) {
            groups[i] = HuffmanGroup.read(bits, cacheBits == 0 ? 0 : 1 << cacheBits);
            size += groups[i].size();
            if (size > MOST_CODE_NUMBERS) {
                throw new IOException("its codes need more memory than any sound file's");
            }
        }
        return groups;
    }

    private int[] copyAndRead(int width, int height, int cacheBits, HuffmanGroup[] groups, int[] groupOf, int blockBits)
            throws IOException {
        int[] pixels = new int[Math.multiplyExact(width, height)];
        int[] cache = new int[1 << cacheBits];
        int cached = 0;
        int blockColumns = LosslessTransforms.blocks(width, blockBits);
        HuffmanGroup group = groups[0];
        int at = 0;
        for (int symbols = 0; at < pixels.length; symbols++) {
            if (symbols % LOOK == 0) {
                check.run();
            }
            if (groupOf.length > 0) {
                int y = at / width;
                group = groups[groupOf[(y >> blockBits) * blockColumns + ((at - y * width) >> blockBits)]];
            }
            int symbol = group.green().read(bits);
            if (symbol < HuffmanGroup.LITERALS) {
                int red = group.red().read(bits);
                int blue = group.blue().read(bits);
                pixels[at++] = group.alpha().read(bits) << 24 | red << 16 | symbol << 8 | blue;
            } else if (symbol < HuffmanGroup.LITERALS + HuffmanGroup.LENGTHS) {
                int length = prefixed(symbol - HuffmanGroup.LITERALS);
                int distance = distance(prefixed(group.distance().read(bits)), width);
                if (distance > at || length > pixels.length - at) {
                    throw new IOException("a copy reaches out of the picture");
                }
                for (int end = at + length; at < end; at++) {
                    pixels[at] = pixels[at - distance];
                }
            } else {
                for (; cached < at; cached++) {
                    cache[place(pixels[cached], cacheBits)] = pixels[cached];
                }
                pixels[at++] = cache[symbol - HuffmanGroup.LITERALS - HuffmanGroup.LENGTHS];
            }
        }
        return pixels;
    }

    private static int place(int pixel, int cacheBits) {
        return (CACHE_FACTOR * pixel) >>> (Integer.SIZE - cacheBits);
    }

    /** A length or distance: a small number as it is, a large one by its size and further bits. */
    private int prefixed(int symbol) throws IOException {
        if (symbol < 4) {
            return symbol + 1;
        }
        int furtherBits = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << furtherBits) + bits.number(furtherBits) + 1;
    }

    private static int distance(int code, int width) {
        if (code > NEAR_PLACES) {
            return code - NEAR_PLACES;
        }
        int place = NEAR[code - 1];
        return Math.max(1, (place >> 4) * width + 8 - (place & 0xF));
    }
}
