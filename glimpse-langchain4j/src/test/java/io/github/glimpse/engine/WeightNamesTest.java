package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDArray;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightNamesTest {

    private static final WeightNames LAYER = WeightNames.of("Layer").one("norm").withBias("q", "k");

    @Test
    void aListIsInTheDeclaredOrderHoweverItWasFilled() {
        List<NDArray> k = List.of(tensor(), tensor());
        List<NDArray> q = List.of(tensor(), tensor());
        NDArray norm = tensor();
        assertThat(LAYER.fill().with("k", k).with("norm", norm).with("q", q).tensors())
                .usingElementComparator((one, other) -> one == other ? 0 : 1)
                .containsExactly(norm, q.get(0), q.get(1), k.get(0), k.get(1));
        assertThat(LAYER.size()).isEqualTo(5);
    }

    @Test
    void whatWasNotGivenIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> LAYER.fill().with("norm", tensor()).tensors())
                .withMessage("Layer[norm, q, k] was not given [q, k]");
    }

    @Test
    void aWeightWithoutItsBiasIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> LAYER.fill().with("q", tensor()))
                .withMessageContaining("q of 1 tensors");
    }

    @Test
    void aNameCannotBeDeclaredTwice() {
        assertThatIllegalArgumentException().isThrownBy(() -> LAYER.one("q")).withMessage("Layer has q twice");
    }

    /** A tensor of which only the identity is asked. */
    private static NDArray tensor() {
        return (NDArray) Proxy.newProxyInstance(
                NDArray.class.getClassLoader(), new Class<?>[] {NDArray.class}, (self, method, arguments) -> null);
    }
}
