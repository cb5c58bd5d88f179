package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tensors of one number, with an axis or without: torch hands the gradient of such a sum on without a copy. */
class SingleNumbersIT {

    @Test
    void tensorsOfOneNumberHaveGradientsOfTheirOwn() {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TrainableParameters parameters = TrainableParameters.empty(runtime, 0);
                TensorScope scope = runtime.openScope()) {
            ParameterGroup group = ParameterGroup.named("numbers");
            parameters
                    .add("scale", group, Initializer.constant(2))
                    .add("first", group, Initializer.constant(3), 1)
                    .add("second", group, Initializer.constant(4), 1);
            parameters.gradientsOf(parameters.names());
            parameters.backward(
                    parameters
                            .graph()
                            .record("touch")
                            .with(List.of(parameters.get("scale"), parameters.get("first")))
                            .run(scope),
                    0.5);
            parameters.backward(
                    parameters
                            .graph()
                            .record("touch")
                            .with(List.of(parameters.get("first")))
                            .run(scope),
                    1);
            assertThat(parameters.gradient("scale")).containsExactly(0.5f);
            assertThat(parameters.gradient("first")).containsExactly(1.5f);
            assertThat(parameters.gradient("second")).containsExactly(0);
        }
    }
}
