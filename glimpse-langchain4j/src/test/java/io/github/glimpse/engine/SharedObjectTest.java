package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedObjectTest {

    @TempDir
    private Path folder;

    @Test
    void aWholeLibraryNeedsNoMoreThanItsBytes() throws IOException {
        byte[] library = library();
        Path file = Files.write(folder.resolve("librows.so.1"), library);

        assertThat(SharedObject.neededBytes(file)).isBetween(library.length / 2L, (long) library.length);
        assertThatCode(() -> SharedObject.checkAll(folder)).doesNotThrowAnyException();
    }

    @Test
    void aLibraryThatLacksItsEndIsNamedWithBothSizes() throws IOException {
        byte[] library = library();
        for (int length : new int[] {64, 4_096, library.length / 2, library.length - 64}) {
            Path file = Files.write(folder.resolve("librows.so"), Arrays.copyOf(library, length));

            assertThatThrownBy(() -> SharedObject.checkAll(folder))
                    .isInstanceOf(NativeLibraryException.class)
                    .hasMessageContaining(file + " has " + length + " bytes")
                    .hasMessageContaining("truncated");
        }
    }

    @Test
    void filesOfOtherFormatsAndNamesAreLeftToTheLoader() throws IOException {
        Files.write(folder.resolve("empty.so"), new byte[0]);
        Files.writeString(folder.resolve("script.so"), "INPUT ( libc.so.6 )".repeat(10));
        Files.write(folder.resolve("librows.txt"), Arrays.copyOf(library(), 100));
        Files.createDirectory(folder.resolve("folder.so"));

        assertThatCode(() -> SharedObject.checkAll(folder)).doesNotThrowAnyException();
    }

    private static byte[] library() throws IOException {
        try (InputStream in = FewRows.class.getResourceAsStream("rows-linux-x86_64.so")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }
}
