package io.github.glimpse.image;

import java.io.Closeable;
import java.io.IOException;

/**
 * Reads video files, such as MP4. Glimpse has none of its own: one that is added is found by {@link java.util.ServiceLoader}. Files come
 * from whoever sends a request, so a decoder must be one that takes damaged and hostile files. Safe for concurrent use.
 *
 * <p>A file is read on one thread, which is not the caller's and is interrupted when the request has to end. Whatever a decoder throws ends
 * the request alone; one that does not come back keeps its thread, of which there are eight.
 */
public interface VideoDecoder {

    /**
     * Opens a file.
     *
     * @param file the whole of it; not changed
     * @return the caller closes it
     * @throws IOException if this decoder cannot read it
     */
    OpenVideo open(byte[] file) throws IOException;

    /** A file that is being read, by one thread. */
    interface OpenVideo extends Closeable {

        /** Size of every frame, upright. */
        ImageSize size();

        /** Frames of the file. */
        int totalFrames();

        /** Frames in a second. */
        double framesPerSecond();

        /**
         * Decodes a frame.
         *
         * @param index from 0; rises from call to call
         * @return of the size that was told
         * @throws IOException if it cannot be decoded
         */
        RasterImage frame(int index) throws IOException;
    }
}
