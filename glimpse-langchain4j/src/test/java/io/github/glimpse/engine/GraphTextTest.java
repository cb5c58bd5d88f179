package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class GraphTextTest {

    @Test
    void anArchiveHoldsFourEntriesAndNoParameters() throws IOException {
        Map<String, byte[]> entries =
                entries(new GraphText().add(GraphTextTest.class, "golden").archive());
        assertThat(entries.keySet())
                .containsExactly("m/data.pkl", "m/constants.pkl", "m/version", "m/code/__torch__.py");
        assertThat(HexFormat.of().formatHex(entries.get("m/data.pkl")))
                .isEqualTo("8002635f5f746f7263685f5f0a4d0a710029817d6271012e");
        assertThat(new String(entries.get("m/code/__torch__.py"), StandardCharsets.UTF_8))
                .isEqualTo("""
                        class M(Module):
                          __parameters__ = []
                          __buffers__ = []
                          def twice(self, x: Tensor) -> Tensor:
                              return x * 2
                        """);
    }

    @Test
    void theSameTextGivesTheSameBytes() {
        byte[] archive = new GraphText().add(GraphTextTest.class, "golden").archive();
        assertThat(archive)
                .isEqualTo(new GraphText().add(GraphTextTest.class, "golden").archive());
    }

    @Test
    void aFactIsAMethodWithoutArguments() {
        assertThat(new GraphText().fact("fast", true).source())
                .endsWith("  def fast(self) -> bool:\n      return True\n");
        assertThat(new GraphText().fact("fast", false).source()).endsWith("return False\n");
    }

    @Test
    void aMissingTextIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new GraphText().add(GraphTextTest.class, "absent"))
                .withMessageContaining("absent.torch");
    }

    private static Map<String, byte[]> entries(byte[] archive) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }
}
