package io.github.glimpse.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a JPEG stream, found by walking from marker to marker without decoding. A stream without an end
 * marker is cut off and refused: decoders would fill the rest with grey.
 *
 * @param segments in file order; that of a scan reaches to the next marker that is no restart
 * @param size from the frame header
 * @param componentIds from the frame header, one number per component
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JpegMarkers(List<Segment> segments, ImageSize size, int[] componentIds) {

    static final int START = 0xD8;
    static final int END = 0xD9;

    private static final int SCAN = 0xDA;
    private static final int BASELINE = 0xC0;
    private static final int PROGRESSIVE = 0xC2;
    private static final int HUFFMAN_TABLES = 0xC4;
    private static final int FIRST_RESTART = 0xD0;
    private static final int LAST_RESTART = 0xD7;
    private static final int ONLY_DEPTH = 8;
    private static final int FRAME_FIXED_BYTES = 8;

    /**
     * Every scan passes over the whole picture: files of some bytes per scan would keep a decoder busy for hours. Real
     * ones have about ten.
     */
    private static final int MOST_SCANS = 100;

    /** More than these are bounded by the size of the picture too. */
    private static final int USUAL_SCANS = 20;

    private static final long MOST_SCANNED_PIXELS = 2_000_000_000;

    /** Real files have some dozens. */
    private static final int MOST_SEGMENTS = 10_000;

    /**
     * @param offset where its marker starts
     * @param length with the marker, and for a scan with its data
     */
    record Segment(int marker, int offset, int length) {

        private boolean isNeededForPixels() {
            boolean application = marker >= 0xE0 && marker <= 0xEF;
            boolean comment = marker == 0xFE;
            return !application && !comment;
        }
    }

    /** Copies all segments but application segments and comments. */
    static void writePixelSegments(FileBytes file, List<Segment> segments, ByteArrayOutputStream target) {
        for (Segment segment : segments) {
            if (segment.isNeededForPixels()) {
                target.write(file.array(), segment.offset(), segment.length());
            }
        }
    }

    static JpegMarkers of(FileBytes file, int offset, int length) throws IOException {
        List<Segment> segments = walk(file, offset, length);
        Segment frame = null;
        int scans = 0;
        for (Segment segment : segments) {
            if (isFrame(segment.marker())) {
                if (frame != null) {
                    throw new IOException("it has two frame headers");
                }
                frame = segment;
            }
            scans += segment.marker() == SCAN ? 1 : 0;
        }
        if (frame == null || scans == 0) {
            throw new IOException("it has no pixels");
        }
        ImageSize size = sizeOf(file, frame);
        if (scans > MOST_SCANS || (scans > USUAL_SCANS && scans * size.pixelCount() > MOST_SCANNED_PIXELS)) {
            throw new IOException("it has " + scans + " scans of " + size.width() + " x " + size.height()
                    + " pixels, more than any sound file");
        }
        return new JpegMarkers(segments, size, componentsOf(file, frame));
    }

    /** The segments between start and end marker; also of streams that have tables only. */
    static List<Segment> walk(FileBytes file, int offset, int length) throws IOException {
        if (file.u16(offset) != (0xFF00 | START)) {
            throw new IOException("the start marker is missing");
        }
        List<Segment> segments = new ArrayList<>();
        int end = offset + length;
        int at = offset + 2;
        while (true) {
            int marker = markerAt(file, at, end);
            while (marker == 0xFF) { // fill bytes
                marker = markerAt(file, ++at, end);
            }
            if (marker == END) {
                return segments;
            }
            Segment segment = new Segment(marker, at, segmentLength(file, marker, at, end));
            segments.add(segment);
            if (segments.size() > MOST_SEGMENTS) {
                throw new IOException("it has more than " + MOST_SEGMENTS + " segments");
            }
            at += segment.length();
        }
    }

    private static int markerAt(FileBytes file, int at, int end) throws IOException {
        if (at + 2 > end) {
            throw new IOException("it is cut off: the end marker is missing");
        }
        if (file.u8(at) != 0xFF) {
            throw new IOException("there is no marker at byte " + at);
        }
        return file.u8(at + 1);
    }

    private static int segmentLength(FileBytes file, int marker, int at, int end) throws IOException {
        if (marker == 0 || marker == 1 || (marker >= FIRST_RESTART && marker <= START)) {
            throw new IOException("a marker is out of place at byte " + at);
        }
        int length = 2 + file.u16(at + 2L);
        if (length < 4 || at + length > end) {
            throw new IOException("it is cut off or damaged at byte " + at);
        }
        return marker == SCAN ? scanLength(file, at, length, end) : length;
    }

    private static int scanLength(FileBytes file, int at, int headerLength, int end) throws IOException {
        byte[] bytes = file.array();
        for (int next = at + headerLength; next + 1 < end; next++) {
            if (bytes[next] == (byte) 0xFF) {
                int marker = bytes[next + 1] & 0xFF;
                boolean data = marker == 0 || marker == 0xFF || (marker >= FIRST_RESTART && marker <= LAST_RESTART);
                if (!data) {
                    return next - at;
                }
            }
        }
        throw new IOException("it is cut off: the end marker is missing");
    }

    private static boolean isFrame(int marker) throws IOException {
        boolean frame =
                marker >= BASELINE && marker <= 0xCF && marker != HUFFMAN_TABLES && marker != 0xC8 && marker != 0xCC;
        if (frame && marker > PROGRESSIVE) {
            throw new IOException(
                    "it is lossless, arithmetic or hierarchical JPEG; save it as a common JPEG or as PNG");
        }
        return frame;
    }

    private static ImageSize sizeOf(FileBytes file, Segment frame) throws IOException {
        int depth = file.u8(frame.offset() + 4L);
        int height = file.u16(frame.offset() + 5L);
        int width = file.u16(frame.offset() + 7L);
        if (depth != ONLY_DEPTH || height < 1 || width < 1) {
            throw new IOException("the frame header says " + width + " x " + height + " pixels of " + depth + " bits");
        }
        return new ImageSize(width, height);
    }

    private static int[] componentsOf(FileBytes file, Segment frame) throws IOException {
        int count = file.u8(frame.offset() + 9L);
        if (frame.length() != 2 + FRAME_FIXED_BYTES + 3 * count) {
            throw new IOException("the frame header is damaged");
        }
        int[] ids = new int[count];
        for (int component = 0; component < count; component++) {
            ids[component] = file.u8(frame.offset() + 10L + 3L * component);
        }
        return ids;
    }
}
