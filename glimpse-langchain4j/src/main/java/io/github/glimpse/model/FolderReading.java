package io.github.glimpse.model;

import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What can be known of a model without the native library: its files and its family. They are read on a thread of their own
 * while the library starts on the caller's, which the library then knows; both take a good part of the first load of a process.
 * Nothing of it is native memory. What is wrong with the files is said before what is wrong with the library, and that before
 * what is wrong with the family, as if one had followed the other.
 */
public final class FolderReading {

    private final Path folder;
    private final List<ModelFamily> families;
    private final @Nullable String name;
    private final CompletableFuture<ModelFiles> files = new CompletableFuture<>();
    private final CompletableFuture<ModelFamily> family = new CompletableFuture<>();

    private FolderReading(Path folder, List<ModelFamily> families, @Nullable String name) {
        this.folder = folder;
        this.families = families;
        this.name = name;
    }

    /**
     * Begins. Where the library may have to be fetched, the files are read first: nobody waits for that with a wrong folder.
     *
     * @param families beside those that are found
     * @param name of the family, null for the one that accepts the folder
     */
    public static FolderReading begin(
            Path folder, List<ModelFamily> families, @Nullable String name, NativeDownload download) {
        FolderReading reading = new FolderReading(folder, families, name);
        if (download == NativeDownload.FORBIDDEN) {
            Thread thread = new Thread(null, reading::run, "glimpse-read", 0, false);
            thread.setDaemon(true);
            // Families are looked for in the class path of whoever loads.
            thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
            thread.start();
        } else {
            reading.run();
            reading.files();
        }
        return reading;
    }

    private void run() {
        try {
            ModelFiles read = ModelFiles.ofDirectory(folder);
            files.complete(read);
            family.complete(ModelFamilies.discover(families).of(name, read.config()));
        } catch (Throwable e) {
            // Errors too: whoever waits must hear of it. What is complete stays so.
            files.completeExceptionally(e);
            family.completeExceptionally(e);
        }
    }

    /**
     * Starts the library meanwhile.
     *
     * @return the caller's; open whatever the files are
     */
    public TorchRuntime meanwhile(Supplier<TorchRuntime> start) {
        try {
            return start.get();
        } catch (RuntimeException | Error e) {
            files();
            throw e;
        }
    }

    /** The files, waited for; throws what was wrong with them. */
    public ModelFiles files() {
        return result(files);
    }

    /** Whether weights are stored in 8 bits; closes the library if the files are wrong, and throws what was wrong with them. */
    public boolean holdsInt8(TorchRuntime library) {
        try {
            return files().config().has(StoredQuantization.KEY);
        } catch (RuntimeException | Error e) {
            library.close();
            throw e;
        }
    }

    /** The family, waited for; throws what was wrong with it or with the files. */
    public ModelFamily family() {
        return result(family);
    }

    private static <T> T result(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw e;
        }
    }
}
