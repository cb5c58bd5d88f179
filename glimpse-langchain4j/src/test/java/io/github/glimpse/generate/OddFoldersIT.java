package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.KeyLayout;
import io.github.glimpse.testing.RandomModelFolder;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Folders of odd sizes in every layout, stored type and shard count load by the same code. */
@TestCategory.Reference
class OddFoldersIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everyKindOfFolderLoadsAndAnswers() {
        List<Form> forms = new ArrayList<>();
        for (String shape : List.of("qwen2.5-vl-tiny", "llava-1.5-tiny")) {
            for (KeyLayout keys : KeyLayout.values()) {
                for (StoredType type : List.of(StoredType.F32, StoredType.BF16, StoredType.F16)) {
                    for (boolean tied : new boolean[] {true, false}) {
                        forms.add(new Form(shape, keys, type, tied));
                    }
                }
            }
        }
        return Sample.of("OddFoldersIT", forms, Form::shape, Form::keys, Form::type, Form::tied).stream()
                .map(form -> dynamicTest(form.toString(), () -> check(write(form))));
    }

    private record Form(String shape, KeyLayout keys, StoredType type, boolean tied) {

        @Override
        public String toString() {
            return shape + " " + keys + " " + type + (tied ? " tied" : " untied");
        }
    }

    private Path write(Form form) {
        RandomModelFolder writer = RandomModelFolder.ofShape(form.shape())
                .decoder(96, 5, 6, 3, 136)
                .tower(48, 4, 3, 72)
                .type(form.type())
                .keys(form.keys())
                .shards(3)
                .seed(7);
        return (form.tied() ? writer.tied() : writer.untied()).write(folder.resolve(form.toString()));
    }

    private static void check(Path directory) {
        for (Dtype dtype : new Dtype[] {Dtype.FLOAT32, null}) {
            EngineOptions options = EngineOptions.builder(directory)
                    .module(directory.resolve(RandomModelFolder.MODULE))
                    .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                    .load(LoadOptions.builder().dtype(dtype).build())
                    .generation(GenerationOptions.builder().maxOutputTokens(4).build())
                    .build();
            try (LoadedModel model = LoadedModel.load(options)) {
                ChatTurn turn = ChatTurn.user("What is this?", PICTURE);
                GenerationResult pruned = model.generate(new GenerationRequest(
                        List.of(turn),
                        PruningOptions.builder()
                                .maxRetentionRatio(0.2)
                                .threshold(0.0)
                                .build(),
                        GenerationOptions.defaults()));
                assertThat(pruned.report().keptTokens())
                        .isEqualTo((int) (0.2 * pruned.report().imageTokens()));
                assertThat(pruned.tokenIds()).isNotEmpty();
                assertThat(model.generate(GenerationRequest.of(ChatTurn.user("Hello")))
                                .tokenIds())
                        .isNotEmpty();
            }
        }
    }
}
