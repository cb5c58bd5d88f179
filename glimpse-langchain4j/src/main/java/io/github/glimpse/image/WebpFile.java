package io.github.glimpse.image;

import io.github.glimpse.image.webp.Vp8Decoder;
import io.github.glimpse.image.webp.Vp8lDecoder;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A WebP file, lossy or lossless, with or without transparency; of an animated one the first frame, on a clear canvas.
 */
final class WebpFile implements ImageFile {

    private static final int RIFF_BYTES = 12;
    private static final int CHUNK_BYTES = 8;
    private static final int CANVAS_BYTES = 10;
    private static final int FRAME_BYTES = 16;
    private static final int HAS_ALPHA = 0x10;
    private static final int ANIMATED = 0x02;
    private static final int LOSSLESS_SIGNATURE = 0x2F;

    private final FileBytes file;
    private final ImageSize canvas;
    private final boolean hasAlpha;
    private int left;
    private int top;
    private byte[] exif = {};
    private byte[] xmp = {};

    /** The chunks of the first frame. */
    private @Nullable Chunk pixels;

    private @Nullable Chunk alpha;

    /** @param start where its content starts */
    private record Chunk(String name, int start, int length) {

        int next() {
            return start + length + (length & 1);
        }
    }

    private WebpFile(FileBytes file) throws IOException {
        this.file = file;
        long stated = file.u32(4) + CHUNK_BYTES;
        if (stated > file.length()) {
            throw new IOException(
                    "it says that it has " + stated + " bytes, but has " + file.length() + ": it is cut off");
        }
        int end = (int) stated;
        Chunk first = chunk(RIFF_BYTES, end);
        boolean extended = first.name().equals("VP8X");
        if (extended) {
            file.at(first.start(), CANVAS_BYTES);
            canvas = new ImageSize(1 + file.u24(first.start() + 4L), 1 + file.u24(first.start() + 7L));
            boolean animated = (file.u8(first.start()) & ANIMATED) != 0;
            hasAlpha = (file.u8(first.start()) & HAS_ALPHA) != 0;
            readChunks(first.next(), end, animated);
        } else {
            take(first);
            canvas = frameSize();
            hasAlpha = first.name().equals("VP8L") && (file.u8(first.start() + 4L) & HAS_ALPHA) != 0;
        }
    }

    static WebpFile open(FileBytes file) throws IOException {
        return new WebpFile(file.as(ByteOrder.LITTLE_ENDIAN));
    }

    private Chunk chunk(int at, int end) throws IOException {
        long length = file.u32(at + 4L);
        if (at + CHUNK_BYTES + length > end) {
            throw new IOException("a chunk is cut off");
        }
        return new Chunk(file.ascii(at, 4), at + CHUNK_BYTES, (int) length);
    }

    private void readChunks(int start, int end, boolean animated) throws IOException {
        Chunk frame = null;
        Chunk chunk;
        for (int at = start; at + CHUNK_BYTES <= end; at = chunk.next()) {
            chunk = chunk(at, end);
            switch (chunk.name()) {
                case "EXIF" -> exif = file.copy(chunk.start(), chunk.length());
                case "XMP " -> xmp = file.copy(chunk.start(), chunk.length());
                case "ANMF" -> frame = frame == null ? chunk : frame;
                default -> {
                    if (!animated) {
                        take(chunk);
                    }
                }
            }
        }
        if (animated && frame != null) {
            readFrame(frame);
        }
        ImageSize size = frameSize();
        boolean fits = animated
                ? left + size.width() <= canvas.width() && top + size.height() <= canvas.height()
                : size.equals(canvas);
        if (!fits) {
            throw new IOException("its frame of " + size.width() + " x " + size.height()
                    + " pixels does not fit its canvas of " + canvas.width() + " x " + canvas.height());
        }
    }

    private void readFrame(Chunk frame) throws IOException {
        left = 2 * file.u24(frame.start());
        top = 2 * file.u24(frame.start() + 3L);
        int end = frame.start() + frame.length();
        Chunk chunk;
        for (int at = frame.start() + FRAME_BYTES; at + CHUNK_BYTES <= end; at = chunk.next()) {
            chunk = chunk(at, end);
            take(chunk);
        }
    }

    private void take(Chunk chunk) {
        switch (chunk.name()) {
            case "VP8 ", "VP8L" -> pixels = pixels == null ? chunk : pixels;
            case "ALPH" -> alpha = alpha == null ? chunk : alpha;
            default -> {}
        }
    }

    private Chunk pixels() throws IOException {
        if (pixels == null) {
            throw new IOException("it has no pixels");
        }
        return pixels;
    }

    private ImageSize frameSize() throws IOException {
        Chunk chunk = pixels();
        if (chunk.name().equals("VP8L")) {
            if (file.u8(chunk.start()) != LOSSLESS_SIGNATURE) {
                throw new IOException("its frame header is damaged");
            }
            int sides = file.s32(chunk.start() + 1L);
            return new ImageSize(1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF));
        }
        int width = file.u16(chunk.start() + 6L) & 0x3FFF;
        int height = file.u16(chunk.start() + 8L) & 0x3FFF;
        if (width == 0 || height == 0) {
            throw new IOException("the header says " + width + " x " + height + " pixels");
        }
        return new ImageSize(width, height);
    }

    @Override
    public ImageSize storedSize() {
        return canvas;
    }

    @Override
    public int orientation() {
        return OrientationTag.choose(exif, xmp);
    }

    @Override
    public Pixels decode(Runnable check) throws IOException {
        Pixels frame = decodeFrame(check);
        if (frame.width() == canvas.width() && frame.height() == canvas.height()) {
            return frame;
        }
        byte[] rgb = new byte[Math.multiplyExact(RasterImage.CHANNELS * canvas.width(), canvas.height())];
        byte[] shown = new byte[hasAlpha ? canvas.width() * canvas.height() : 0];
        for (int y = 0; y < frame.height(); y++) {
            int from = y * frame.width();
            int to = (top + y) * canvas.width() + left;
            System.arraycopy(frame.rgb(), 3 * from, rgb, 3 * to, 3 * frame.width());
            if (hasAlpha && frame.alpha() != null) {
                System.arraycopy(frame.alpha(), from, shown, to, frame.width());
            }
        }
        return new Pixels(canvas.width(), canvas.height(), rgb, hasAlpha ? shown : null);
    }

    private Pixels decodeFrame(Runnable check) throws IOException {
        Chunk chunk = pixels();
        ImageSize size = frameSize();
        if (chunk.name().equals("VP8L")) {
            int[] argb =
                    Vp8lDecoder.decode(file.array(), chunk.start(), chunk.length(), size.width(), size.height(), check);
            byte[] opacity = hasAlpha ? channel(argb, 24) : null;
            return new Pixels(size.width(), size.height(), rgb(argb), opacity);
        }
        byte[] rgb = Vp8Decoder.decode(file.array(), chunk.start(), chunk.length(), size.width(), size.height(), check);
        return new Pixels(size.width(), size.height(), rgb, hasAlpha ? opacity(size, check) : null);
    }

    private byte[] opacity(ImageSize size, Runnable check) throws IOException {
        if (alpha == null) {
            byte[] opaque = new byte[size.width() * size.height()];
            Arrays.fill(opaque, (byte) 255);
            return opaque;
        }
        int flags = file.u8(alpha.start());
        int start = alpha.start() + 1;
        int length = alpha.length() - 1;
        byte[] stored =
                switch (flags & 3) {
                    case 0 -> file.copy(start, Math.min(size.pixelCount(), length));
                    case 1 ->
                        channel(
                                Vp8lDecoder.decodeStream(
                                        file.array(), start, length, size.width(), size.height(), check),
                                8);
                    default -> throw new IOException("its transparency is of an unknown kind");
                };
        if (stored.length < size.pixelCount()) {
            throw new IOException("its transparency is cut off");
        }
        WebpAlpha.unfilter(stored, size.width(), flags >> 2 & 3);
        return stored;
    }

    private static byte[] rgb(int[] argb) {
        byte[] rgb = new byte[Math.multiplyExact(RasterImage.CHANNELS, argb.length)];
        for (int pixel = 0, at = 0; pixel < argb.length; pixel++) {
            rgb[at++] = (byte) (argb[pixel] >> 16);
            rgb[at++] = (byte) (argb[pixel] >> 8);
            rgb[at++] = (byte) argb[pixel];
        }
        return rgb;
    }

    private static byte[] channel(int[] argb, int shift) {
        byte[] channel = new byte[argb.length];
        for (int pixel = 0; pixel < argb.length; pixel++) {
            channel[pixel] = (byte) (argb[pixel] >> shift);
        }
        return channel;
    }
}
