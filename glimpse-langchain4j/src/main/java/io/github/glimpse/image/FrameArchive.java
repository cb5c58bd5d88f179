package io.github.glimpse.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Frames of a video and their times as one file: a ZIP whose first entry, {@code video.json}, says {@code indices},
 * {@code frames_per_second} and {@code total_frames}, and whose others are the frames' files in the order of time.
 *
 * @param frames picture files
 * @param times when they are from
 */
public record FrameArchive(List<byte[]> frames, VideoTimes times) {

    /** What such a file is called. */
    public static final String MIME_TYPE = "video/x-glimpse-frames";

    private static final String TIMES = "video.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    // Of TIMES: all but the indices, and an index with what stands around it.
    private static final int HEAD_BYTES = 4096;
    private static final int FRAME_BYTES = 64;
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** Copies the list. */
    public FrameArchive {
        frames = List.copyOf(frames);
    }

    /** Whether a file looks like one. */
    public static boolean isOne(byte[] file) {
        for (int i = 0; i < ZIP.length; i++) {
            if (file.length <= i || file[i] != ZIP[i]) {
                return false;
            }
        }
        return true;
    }

    /** The file. */
    public byte[] write() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            add(
                    zip,
                    TIMES,
                    JSON.writeValueAsBytes(Map.of(
                            "indices",
                            times.indices(),
                            "frames_per_second",
                            times.framesPerSecond(),
                            "total_frames",
                            times.totalFrames())));
            for (int i = 0; i < frames.size(); i++) {
                add(zip, String.valueOf(i), frames.get(i));
            }
        } catch (IOException e) { // memory does not fail
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** Pictures are packed already. */
    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 sum = new CRC32();
        sum.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /**
     * Reads one from anybody.
     *
     * @param maxFrames most frames
     * @throws InvalidImageException if it is not such a file, or has more frames
     */
    public static FrameArchive read(byte[] file, int maxFrames) {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            ZipEntry first = zip.getNextEntry();
            if (first == null || !first.getName().equals(TIMES)) {
                throw new InvalidImageException("The video is a ZIP file that does not begin with " + TIMES
                        + "; make it by GlimpseVideo, or send a video file");
            }
            // What is packed may become a thousand times as long, so no more is unpacked than the file itself has.
            long left = file.length;
            byte[] head = head(zip, Math.min(left, HEAD_BYTES + (long) FRAME_BYTES * maxFrames));
            left -= head.length;
            VideoTimes times = times(JSON.readTree(head), maxFrames);
            List<byte[]> frames = new ArrayList<>();
            while (frames.size() < times.count() && zip.getNextEntry() != null) {
                byte[] frame = entry(zip, left);
                left -= frame.length;
                frames.add(frame);
            }
            return new FrameArchive(frames, times);
        } catch (JsonProcessingException e) {
            throw new InvalidImageException(TIMES + " of the video is no JSON; make it by GlimpseVideo", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidImageException("The ZIP file of the video's frames is damaged; send it again", e);
        }
    }

    /** Numbers and nothing else: as a tree they take many times the memory of their text. */
    private static byte[] head(ZipInputStream zip, long most) throws IOException {
        byte[] content = zip.readNBytes((int) Math.min(Integer.MAX_VALUE - Byte.SIZE, most + 1));
        if (content.length > most) {
            throw new InvalidImageException(TIMES + " of the video has over " + most
                    + " bytes, which is more than the most frames need; send fewer frames, or make it by GlimpseVideo");
        }
        return content;
    }

    private static byte[] entry(ZipInputStream zip, long most) throws IOException {
        byte[] content = zip.readNBytes((int) Math.min(Integer.MAX_VALUE - Byte.SIZE, most + 1));
        if (content.length > most) {
            throw new InvalidImageException(
                    "The frames of the video are longer than the ZIP file that holds them; pack them without compression");
        }
        return content;
    }

    private static VideoTimes times(JsonNode json, int maxFrames) {
        JsonNode indices = json.path("indices");
        if (indices.size() > maxFrames) {
            throw new ImageTooLargeException("The video has " + indices.size() + " frames, the limit is " + maxFrames
                    + "; take fewer of a second");
        }
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode index : indices) {
            if (!index.isInt()) {
                throw new InvalidImageException("An index of a frame in " + TIMES + " is no whole number");
            }
            numbers.add(index.intValue());
        }
        if (!json.path("frames_per_second").isNumber()
                || !json.path("total_frames").isInt()) {
            throw new InvalidImageException(
                    TIMES + " of the video has to say frames_per_second, a number, and total_frames, a whole one");
        }
        return new VideoTimes(
                numbers,
                json.path("frames_per_second").doubleValue(),
                json.path("total_frames").intValue());
    }
}
