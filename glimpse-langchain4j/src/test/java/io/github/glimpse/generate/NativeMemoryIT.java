package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.prune.PruningOptions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Native memory after many requests of changing size. */
class NativeMemoryIT {

    private static final int REQUESTS = 300;

    @Test
    void everyRequestGivesBackWhatItTook() {
        List<byte[]> pictures = List.of(
                TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png"),
                TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png"));
        Random random = new Random(11);
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            model.generate(request(pictures, random));
            int before = model.liveResources();
            for (int i = 0; i < REQUESTS; i++) {
                model.generate(request(pictures, random));
                assertThat(model.liveResources()).as("after request %s", i).isEqualTo(before);
            }
        }
    }

    private static GenerationRequest request(List<byte[]> pictures, Random random) {
        String text = "word ".repeat(random.nextInt(100));
        ChatTurn turn =
                switch (random.nextInt(3)) {
                    case 0 -> ChatTurn.user(text);
                    case 1 -> ChatTurn.user(text, pictures.get(random.nextInt(2)));
                    default -> ChatTurn.user(text, pictures.get(0), pictures.get(1));
                };
        return new GenerationRequest(
                List.of(turn),
                PruningOptions.builder().threshold(random.nextDouble()).build(),
                GenerationOptions.builder().maxOutputTokens(3).build());
    }
}
