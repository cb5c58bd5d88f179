package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.KeyLayout;
import io.github.glimpse.testing.RandomModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Settings that folders of some releases of the reference library have, and others have not. */
class FolderSettingsIT {

    private static final ChatTurn QUESTION =
            ChatTurn.user("What is this?", TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png"));

    @TempDir
    private Path folder;

    private static GenerationResult answer(Path directory, int most) {
        EngineOptions options = EngineOptions.builder(directory)
                .generation(GenerationOptions.builder().maxOutputTokens(most).build())
                .build();
        try (LoadedModel model = LoadedModel.load(options)) {
            return model.generate(GenerationRequest.of(QUESTION));
        }
    }

    private static void change(Path file, Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) FixtureFamily.json(file);
        change.accept(json);
        Files.writeString(file, json.toString());
    }

    @Test
    void aStopIdThatIsNoSpecialTokenIsPartOfTheText() throws IOException {
        GenerationResult first = answer(TinyModels.fixture("qwen2_5_vl-tiny/model"), 3);
        int stop = first.tokenIds()[2];
        assertThat(first.tokenIds()[0]).isNotEqualTo(stop);
        assertThat(first.tokenIds()[1]).isNotEqualTo(stop);

        Path changed = HostileInputs.copy(TinyModels.fixture("qwen2_5_vl-tiny"), List.of("model"), folder)
                .resolve("model");
        change(changed.resolve("generation_config.json"), json -> json.put("eos_token_id", stop));
        GenerationResult stopped = answer(changed, 12);

        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(stopped.tokenIds()).isEqualTo(first.tokenIds());
        assertThat(stopped.text()).isEqualTo(first.text());
    }

    @ParameterizedTest
    @EnumSource
    void anAbsentHeadIsTiedWhereTheLanguageModelsSettingsSaySo(KeyLayout keys) throws IOException {
        Path directory =
                RandomModelFolder.ofShape("llava-1.5-tiny").keys(keys).tied().write(folder);
        GenerationResult expected = answer(directory, 4);

        change(directory.resolve("config.json"), json -> {
            json.put("tie_word_embeddings", false);
            json.withObject("text_config").put("tie_word_embeddings", true);
        });

        assertThat(answer(directory, 4).tokenIds()).isEqualTo(expected.tokenIds());
    }
}
