package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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

    private static final WeightNames LAYER = WeightNames.of("Layer").one("norm").withBias("q");

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
    void aFactMayBeANumber() {
        assertThat(new GraphText().fact("widen_from", 33).source())
                .endsWith("  def widen_from(self) -> int:\n      return 33\n");
    }

    @Test
    void namesOfWeightsBecomePlacesAndTypesNumbers() {
        assertThat(named().declare(LAYER).source())
                .contains("def layer(self, hidden: Tensor, w: List[Tensor], others: List[Tensor]) -> Tensor:")
                .contains("normed = self.norm(hidden.to(6), w[0])")
                .contains("return self.linear(normed, w[1], w[2]) * w[1] + w[2] + others[3 * 2]")
                .contains("def whole(self, w: Tensor) -> Tensor:\n      return w.q");
    }

    @Test
    void anUnknownWeightIsNamedWithTextAndLine() {
        WeightNames other = WeightNames.of("Layer").one("norm").withBias("k");
        assertThatExceptionOfType(ComputeTextException.class)
                .isThrownBy(() -> named().declare(other).source())
                .withMessage("named.torch, line 4: w.q is not among the weights of Layer[norm, k]")
                .satisfies(fault -> {
                    assertThat(fault.text()).isEqualTo("named.torch");
                    assertThat(fault.line()).isEqualTo(4);
                    assertThat(fault.name()).isEqualTo("w.q");
                });
    }

    @Test
    void halfOfAWeightWithoutABiasIsUnknown() {
        WeightNames other = WeightNames.of("Layer").one("norm", "q", "spare");
        assertThatExceptionOfType(ComputeTextException.class)
                .isThrownBy(() -> named().declare(other).source())
                .withMessageContaining("w.q.weight");
    }

    @Test
    void weightsThatNoFaceDeclaresAreNamed() {
        assertThatExceptionOfType(ComputeTextException.class)
                .isThrownBy(() -> named().source())
                .withMessageStartingWith("named.torch, line 2: Layer is no declared list of weights");
    }

    private static GraphText named() {
        return new GraphText().add(GraphTextTest.class, "named");
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
