package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeRegressionIT {

    private static final int INPUTS = 5;
    private static final int OUTPUTS = 3;
    private static final int ROWS = 200;

    @Test
    void findsTheProductAndTheBiasThatMadeTheRows() {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TinyModel model = TinyModel.frozen(runtime, Edition.FIRST, 1);
                TensorScope scope = runtime.openScope()) {
            Random random = new Random(3);
            float[] weight = numbers(random, OUTPUTS * INPUTS);
            float[] bias = numbers(random, OUTPUTS);
            RidgeRegression regression = new RidgeRegression(model.graph(), scope, INPUTS, OUTPUTS);
            // In two parts, as a stage adds them picture by picture.
            regression.add(rows(random, weight, bias, scope), scope);
            regression.add(rows(random, weight, bias, scope), scope);

            RidgeRegression.Solution solution = regression.solve();

            // The ridge pulls by a ten-thousandth.
            assertThat(solution.weight(0, INPUTS)).containsExactly(weight, within(2e-3f));
            assertThat(solution.bias()).containsExactly(bias, within(2e-3f));
            assertThat(solution.weight(1, 2)).containsExactly(columns(weight, 1, 2), within(2e-3f));
            assertThat(solution.row(4)).containsExactly(new float[] {weight[4], weight[9], weight[14]}, within(2e-3f));
            float[] misses = solution.misses(rows(random, weight, bias, scope), scope);
            assertThat(misses[0] / misses[1]).isLessThan(1e-5f);
        }
    }

    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static float[] columns(float[] weight, int from, int count) {
        float[] columns = new float[OUTPUTS * count];
        for (int row = 0; row < OUTPUTS; row++) {
            System.arraycopy(weight, row * INPUTS + from, columns, row * count, count);
        }
        return columns;
    }

    private static List<NDArray> rows(Random random, float[] weight, float[] bias, TensorScope scope) {
        float[] rows = numbers(random, ROWS * INPUTS);
        float[] wanted = new float[ROWS * OUTPUTS];
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < OUTPUTS; column++) {
                float sum = bias[column];
                for (int i = 0; i < INPUTS; i++) {
                    sum += weight[column * INPUTS + i] * rows[row * INPUTS + i];
                }
                wanted[row * OUTPUTS + column] = sum;
            }
        }
        return List.of(scope.floats(rows, ROWS, INPUTS), scope.floats(wanted, ROWS, OUTPUTS));
    }
}
