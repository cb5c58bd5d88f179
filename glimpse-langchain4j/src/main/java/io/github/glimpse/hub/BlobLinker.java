package io.github.glimpse.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A way to give a blob a second name. Which ones work depends on the system, the disk and the user's rights. */
enum BlobLinker {

    /** A link with a relative path, so that the cache can be moved. */
    SYMBOLIC {
        @Override
        void link(Path blob, Path spare, Path link) throws IOException {
            try {
                Files.createSymbolicLink(spare, HubCache.directoryOf(link).relativize(blob));
            } catch (UnsupportedOperationException e) {
                throw new IOException("no symbolic links here", e);
            }
            replace(spare, link);
        }
    },

    /** A second name of the same bytes: Windows without developer mode. */
    HARD {
        @Override
        void link(Path blob, Path spare, Path link) throws IOException {
            try {
                Files.createLink(spare, blob);
            } catch (UnsupportedOperationException e) {
                throw new IOException("no hard links here", e);
            }
            replace(spare, link);
        }
    },

    /** The blob itself under the new name, so that weights are not stored twice; another commit fetches it again. */
    MOVE {
        @Override
        void link(Path blob, Path spare, Path link) throws IOException {
            Files.move(blob, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    };

    /** In the order in which they are tried. */
    static final List<BlobLinker> ALL = List.of(values());

    /**
     * Makes the name, in one step for everyone who looks; replaces one that is there.
     *
     * @param spare a name that is not in use
     */
    abstract void link(Path blob, Path spare, Path link) throws IOException;

    private static void replace(Path spare, Path link) throws IOException {
        try {
            Files.move(spare, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            // Left over if the move failed, and where both already were names of the same bytes.
            Files.deleteIfExists(spare);
        }
    }
}
