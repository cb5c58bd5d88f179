package io.github.glimpse.examples.video;

import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/** Reads whatever FFmpeg reads. The code of docs/guide/video.md. */
public final class JavaCvDecoder implements VideoDecoder {

    @Override
    public OpenVideo open(byte[] file) throws IOException {
        FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(new ByteArrayInputStream(file));
        grabber.setImageMode(FrameGrabber.ImageMode.COLOR);
        grabber.setPixelFormat(avutil.AV_PIX_FMT_RGB24);
        grabber.start();
        return new Opened(grabber);
    }

    private record Opened(FFmpegFrameGrabber grabber) implements OpenVideo {

        @Override
        public ImageSize size() {
            return new ImageSize(grabber.getImageWidth(), grabber.getImageHeight());
        }

        @Override
        public int totalFrames() {
            return grabber.getLengthInVideoFrames();
        }

        @Override
        public double framesPerSecond() {
            return grabber.getVideoFrameRate();
        }

        @Override
        public RasterImage frame(int index) throws IOException {
            grabber.setVideoFrameNumber(index);
            Frame frame = grabber.grabImage();
            if (frame == null) {
                throw new IOException("There is no frame " + index);
            }
            byte[] rgb = new byte[3 * frame.imageWidth * frame.imageHeight];
            ByteBuffer rows = (ByteBuffer) frame.image[0];
            for (int row = 0; row < frame.imageHeight; row++) {
                rows.position(row * frame.imageStride);
                rows.get(rgb, 3 * row * frame.imageWidth, 3 * frame.imageWidth);
            }
            return new RasterImage(frame.imageWidth, frame.imageHeight, rgb);
        }

        @Override
        public void close() throws IOException {
            grabber.close();
        }
    }
}
