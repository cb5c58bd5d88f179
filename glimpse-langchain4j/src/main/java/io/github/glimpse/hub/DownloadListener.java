package io.github.glimpse.hub;

/**
 * Is told how far a download is. Called on the thread that opens the location, about five times a second, and at the end of
 * each file; a slow listener slows the download down, and an exception ends it (what has arrived stays).
 */
@FunctionalInterface
public interface DownloadListener {

    /** How far the download is now. */
    void onProgress(DownloadProgress progress);
}
