package io.github.glimpse.release;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The folders that the tests of this module work in, below {@code target/fresh}. */
final class Folders {

    /** The repository's root. */
    static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."))
            .toAbsolutePath()
            .normalize();

    /** What the embedded model can read, and its total is 87.00. */
    static final Path RECEIPT = ROOT.resolve("examples/quickstart/src/main/resources/receipt.png");

    private static final Path FRESH = Path.of("target/fresh").toAbsolutePath();
    private static final Set<String> NOT_IN_A_CLONE = Set.of("target", ".git");

    private Folders() {}

    /** An empty folder. */
    static Path empty(String name) throws IOException {
        Path folder = FRESH.resolve(name);
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new Deletion());
        }
        return Files.createDirectories(folder);
    }

    /** What a clone of the repository holds, with what is not committed yet. */
    static Path clone(String name) throws IOException {
        Path clone = empty(name);
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (NOT_IN_A_CLONE.contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(clone.resolve(ROOT.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, clone.resolve(ROOT.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        return clone;
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
