package io.github.glimpse.examples.video;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;

/** Two seconds whose frames each have one colour. */
final class Film {

    static final int WIDTH = 96;
    static final int HEIGHT = 64;
    static final int FRAMES = 48;
    static final int RATE = 24;

    private Film() {}

    /** Red, green and blue of a frame. */
    static int[] colour(int frame) {
        return new int[] {40 + 4 * frame, 220 - 4 * frame, 90};
    }

    /** The bytes of such a file. */
    static byte[] write(Path folder, String container, int codec) throws IOException {
        Path file = folder.resolve("film." + container);
        try (FFmpegFrameRecorder recorder = new FFmpegFrameRecorder(file.toFile(), WIDTH, HEIGHT);
                Frame frame = new Frame(WIDTH, HEIGHT, Frame.DEPTH_UBYTE, 3)) {
            recorder.setFormat(container);
            recorder.setVideoCodec(codec);
            recorder.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
            recorder.setFrameRate(RATE);
            recorder.setVideoBitrate(2_000_000);
            recorder.start();
            for (int i = 0; i < FRAMES; i++) {
                byte[] row = new byte[frame.imageStride];
                for (int place = 0; place < 3 * WIDTH; place++) {
                    row[place] = (byte) colour(i)[place % 3];
                }
                ByteBuffer rows = (ByteBuffer) frame.image[0].rewind();
                for (int y = 0; y < HEIGHT; y++) {
                    rows.put(row);
                }
                rows.rewind();
                recorder.record(frame, avutil.AV_PIX_FMT_RGB24);
            }
            recorder.stop();
        }
        return Files.readAllBytes(file);
    }
}
