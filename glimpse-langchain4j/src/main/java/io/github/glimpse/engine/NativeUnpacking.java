package io.github.glimpse.engine;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says at the first start what DJL does in silence: it copies libtorch out of its jar into a folder of the user, or
 * downloads it, which takes seconds to minutes. Later starts find the folder and read nothing here.
 */
final class NativeUnpacking {

    private static final Logger LOG = LoggerFactory.getLogger(NativeUnpacking.class);
    private static final String OWN_LIBRARY = "PYTORCH_LIBRARY_PATH";

    private final @Nullable Path folder;
    private final long began = System.nanoTime();

    private NativeUnpacking(@Nullable Path folder) {
        this.folder = folder;
    }

    /** Looks whether the library is there, and says so if it is not. Never fails: what is wrong shows when it is loaded. */
    static NativeUnpacking announce(NativeDownload download) {
        if (Utils.getEnvOrSystemProperty(OWN_LIBRARY) != null) {
            return new NativeUnpacking(null);
        }
        try {
            Platform platform = Platform.detectPlatform("pytorch");
            // As DJL's LibUtils names it
            Path folder = Utils.getEngineCacheDir("pytorch")
                    .resolve(platform.getVersion() + "-" + platform.getFlavor() + "-" + platform.getClassifier());
            if (Files.isDirectory(folder) || (platform.isPlaceholder() && download == NativeDownload.FORBIDDEN)) {
                return new NativeUnpacking(null);
            }
            if (platform.isPlaceholder()) {
                LOG.info(
                        "First start: libtorch {} for {} is downloaded into {}, which may take minutes",
                        platform.getVersion(),
                        platform.getFlavor(),
                        folder);
            } else {
                LOG.info(
                        "First start: libtorch {} ({} MB) is unpacked into {}; DJL_CACHE_DIR names another place",
                        platform.getVersion(),
                        bytes(platform) / 1_000_000,
                        folder);
            }
            return new NativeUnpacking(folder);
        } catch (IOException | RuntimeException e) {
            LOG.debug("Whether libtorch has to be unpacked is not known", e);
            return new NativeUnpacking(null);
        }
    }

    /** Says how long it took, if anything was announced. */
    void done() {
        if (folder != null) {
            LOG.info("libtorch is in place after {} s", String.format(Locale.ROOT, "%.1f", seconds()));
        }
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    private static long bytes(Platform platform) throws IOException {
        long sum = 0;
        for (String library : Arrays.asList(platform.getLibraries())) {
            URL entry = NativeUnpacking.class
                    .getClassLoader()
                    .getResource("pytorch/" + platform.getFlavor() + "/" + platform.getClassifier() + "/" + library);
            if (entry != null) {
                sum += entry.openConnection().getContentLengthLong();
            }
        }
        return sum;
    }
}
