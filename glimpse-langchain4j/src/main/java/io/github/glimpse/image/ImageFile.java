package io.github.glimpse.image;

import java.io.IOException;

/**
 * One image file whose header has been read. Nothing as large as the picture is allocated before {@link #decode}, so
 * that the limits can be checked in between.
 *
 * <p>Implementations walk the container themselves and hand the library that decodes pixels a copy with the pixel
 * chunks only: text, profiles and previews, which carry most of the traps, never reach it.
 */
interface ImageFile {

    /** Size in the file, before the turn. */
    ImageSize storedSize();

    /** How the picture is to be turned, 1 to 8; see {@link Turn}. */
    int orientation();

    /**
     * Bytes that exist side by side at some moment of {@link #decode}, counted low: what does not fit need not be tried. By
     * default those of the picture itself.
     */
    default long leastDecodingBytes() {
        return RasterImage.CHANNELS * storedSize().pixelCount();
    }

    /**
     * Decodes the first frame.
     *
     * @param check run now and then; ends the work by what it throws
     * @throws IOException if the file is damaged; any {@link RuntimeException} means the same
     */
    Pixels decode(Runnable check) throws IOException;
}
