package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native files in DJL's cache that are damaged, missing or whole. Each start runs in a child JVM, which damage may end. */
class NativeCacheIT {

    private static final String LARGEST = System.mapLibraryName("torch_cpu");

    @TempDir
    private Path cache;

    private Path libtorch;
    private Map<String, Long> sizes;

    @BeforeEach
    void link() throws IOException {
        libtorch = NativeStart.linkCache(cache);
        sizes = sizes();
        assertThat(sizes).containsKey(LARGEST).hasSizeGreaterThan(3);
    }

    @Test
    void aTruncatedLibtorchIsUnpackedAgain() throws Exception {
        truncate(LARGEST, 1 << 20);

        assertThat(NativeStart.output(NativeStart.begin(cache)))
                .contains("started on cpu")
                .contains(libtorch.resolve(LARGEST) + " has 1048576 bytes instead of " + sizes.get(LARGEST));
        assertThat(sizes()).isEqualTo(sizes);
    }

    @Test
    void anyNativeFileThatIsEmptyOrTruncatedIsUnpackedAgain() throws Exception {
        for (Map.Entry<String, Long> file : sizes.entrySet()) {
            if (!file.getKey().equals(LARGEST)) {
                truncate(file.getKey(), file.getKey().length() % 2 == 0 ? 0 : file.getValue() / 2);
            }
        }

        assertThat(NativeStart.output(NativeStart.begin(cache))).contains("started on cpu");
        assertThat(sizes()).isEqualTo(sizes);
    }

    @Test
    void aMissingLibraryIsUnpackedAgain() throws Exception {
        Files.delete(libtorch.resolve(System.mapLibraryName("c10")));

        assertThat(NativeStart.output(NativeStart.begin(cache))).contains("started on cpu");
        assertThat(sizes()).isEqualTo(sizes);
    }

    @Test
    void filesOfTheRightSizeAreNotReplaced() throws Exception {
        Map<String, String> before = fileKeys();

        assertThat(NativeStart.output(NativeStart.begin(cache)))
                .contains("started on cpu")
                .doesNotContain("bytes instead of")
                .doesNotContain("First start");
        assertThat(fileKeys()).isEqualTo(before);
    }

    @Test
    void damageThatCannotBeRepairedIsNamedWithBothSizes() throws Exception {
        truncate(LARGEST, 0);
        // A folder in place of the partial file: no user can write it, root neither.
        Files.createDirectories(libtorch.resolve(LARGEST + ".part/x"));

        assertThat(NativeStart.output(NativeStart.begin(cache)))
                .contains("NativeLibraryException")
                .contains(libtorch.resolve(LARGEST).toString())
                .contains("0 bytes")
                .contains(sizes.get(LARGEST) + " bytes")
                .contains("DJL_CACHE_DIR")
                .doesNotContain("started on");
    }

    @Test
    void aTruncatedLibraryInAFolderOfTheUserIsNamed() throws Exception {
        truncate(LARGEST, 1 << 20);
        List<String> command = List.of(
                "-Xmx256m", "-Dpath=" + libtorch, "-cp", NativeStart.classPath(), NativeStart.class.getName(), "cpu");

        assertThat(NativeStart.output(NativeStart.begin(null, command)))
                .contains("NativeLibraryException")
                .contains(libtorch.resolve(LARGEST) + " has 1048576 bytes")
                .contains("its headers tell of")
                .doesNotContain("started on");
        assertThat(libtorch.resolve(LARGEST)).hasSize(1 << 20);
    }

    @Test
    void startsAtTheSameTimeRepairOneFileOnce() throws Exception {
        truncate(LARGEST, 4_096);

        List<String> outputs = startTogether(3);

        assertThat(outputs).allSatisfy(output -> assertThat(output).contains("started on cpu"));
        assertThat(String.join("", outputs)).containsOnlyOnce("bytes instead of");
        assertThat(sizes()).isEqualTo(sizes);
    }

    @Test
    void firstStartsAtTheSameTimeUnpackOnce() throws Exception {
        for (String file : sizes.keySet()) {
            Files.delete(libtorch.resolve(file));
        }
        // Left by a process that was killed while it unpacked.
        Files.write(libtorch.resolve(LARGEST + ".part"), new byte[10]);

        List<String> outputs = startTogether(3);

        assertThat(outputs).allSatisfy(output -> assertThat(output).contains("started on cpu"));
        assertThat(String.join("", outputs)).containsOnlyOnce("First start: libtorch");
        assertThat(sizes()).isEqualTo(sizes);
    }

    private List<String> startTogether(int count) throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            processes.add(NativeStart.begin(cache));
        }
        List<String> outputs = new ArrayList<>();
        for (Process process : processes) {
            outputs.add(NativeStart.output(process));
        }
        return outputs;
    }

    private Map<String, Long> sizes() throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(libtorch)) {
            for (Path file : files.toList()) {
                found.put(String.valueOf(file.getFileName()), Files.size(file));
            }
        }
        return found;
    }

    private void truncate(String file, long size) throws IOException {
        Path path = libtorch.resolve(file);
        Path copy = cache.resolve("copy");
        try (FileChannel source = FileChannel.open(path);
                FileChannel target = FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            source.transferTo(0, size, target);
        }
        Files.move(copy, path, StandardCopyOption.REPLACE_EXISTING);
        assertThat(path).hasSize(size);
    }

    private Map<String, String> fileKeys() throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (String file : sizes.keySet()) {
            BasicFileAttributes attributes = Files.readAttributes(libtorch.resolve(file), BasicFileAttributes.class);
            found.put(file, attributes.fileKey() + " " + attributes.lastModifiedTime());
        }
        return found;
    }
}
