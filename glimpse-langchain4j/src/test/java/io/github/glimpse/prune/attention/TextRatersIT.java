package io.github.glimpse.prune.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextRatersIT {

    @Test
    void aQuestionOfOneWordAgainAndAgainLetsEveryOccurrenceJudge() {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                Graph graph = TextRaters.graph(runtime);
                TensorScope scope = runtime.openScope()) {
            Random random = new Random(7);
            for (int texts = 2; texts < 24; texts++) {
                int width = 16 + 3 * texts;
                float[] word = gaussian(width, random);
                float[] words = new float[texts * width];
                for (int i = 0; i < words.length; i++) {
                    words[i] = word[i % width];
                }
                float[] weights = TextRaters.weights(
                        graph,
                        scope.floats(gaussian(31 * width, random), 31, width),
                        scope.floats(words, texts, width),
                        scope);

                assertThat(TextRaters.above(weights))
                        .as("%d times the same word", texts)
                        .containsExactly(IntStream.range(0, texts).toArray());
            }
        }
    }

    private static float[] gaussian(int size, Random random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian() / 4;
        }
        return values;
    }
}
