package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cut is trained as the library makes it: what a model with chance weights says behind a cut is what the training graph says. */
class CutGraphIT {

    private static final int LONGEST = 5;

    @Test
    void trainsTheCutOfTheLibrary(@TempDir Path folder) {
        RuntimeOptions native1 = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
        try (TorchRuntime runtime = TorchRuntime.start(native1);
                TrainableParameters parameters = TrainableParameters.empty(runtime, 5);
                Graph graph = Losses.addTo(Graph.named("probe"))
                        .with(VisionStage.class, "vision")
                        .with(VisionStage.class, "reading")
                        .with(CutGraphIT.class, "probe")
                        .compile(runtime);
                TensorScope scope = runtime.openScope()) {
            TinyWeights.addVision(parameters, ParameterGroup.named("vision"));
            TinyWeights.addDecoder(parameters, ParameterGroup.named("decoder"));
            ModelFolder.write(folder, Edition.FIRST, parameters, StoredType.F32);
            Drawing drawing =
                    Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.SCENE, new PageSize(9, 14), 8));
            byte[] picture = PictureBytes.png(drawing);
            int[] kept = {3, 17, 18, 40, 77, 125};
            List<AskedQuestion> asked = new ArrayList<>();
            for (Question question : drawing.questions().subList(0, 4)) {
                int[] cells = Arrays.copyOf(kept, kept.length - asked.size());
                asked.add(answered(question, cells, said(folder, native1, picture, question, cells)));
            }
            ReadingBatch batch = ReadingBatch.of(drawing.request().size(), List.of(asked), true);
            long[] spoken = graph.constant("said")
                    .with(SeenPages.of(List.of(drawing)).tower(scope))
                    .with(TinyWeights.vision(parameters))
                    .with(batch.tensors(scope))
                    .with(TinyWeights.decoder(parameters))
                    .run(scope)
                    .toLongArray();
            for (int i = 0; i < asked.size(); i++) {
                int[] wanted = asked.get(i).answer();
                long[] found =
                        Arrays.copyOfRange(spoken, i * batch.answerRows(), i * batch.answerRows() + wanted.length - 1);
                assertThat(found)
                        .isEqualTo(Arrays.stream(wanted)
                                .asLongStream()
                                .limit(wanted.length - 1L)
                                .toArray());
            }
        }
    }

    private static int[] said(Path folder, RuntimeOptions runtime, byte[] picture, Question question, int[] cells) {
        EngineOptions options = EngineOptions.builder(folder)
                .runtime(runtime)
                .strategies(List.of(new GivenCells(cells)))
                .build();
        try (LoadedModel model = LoadedModel.load(options)) {
            return model.generate(new GenerationRequest(
                            List.of(ChatTurn.user(question.text(), picture)),
                            PruningOptions.builder().strategy(GivenCells.NAME).build(),
                            GenerationOptions.builder().maxOutputTokens(LONGEST).build()))
                    .tokenIds();
        }
    }

    private static AskedQuestion answered(Question question, int[] cells, int[] said) {
        BitSet kept = new BitSet();
        Arrays.stream(cells).forEach(kept::set);
        return AskedQuestion.rows(question, List.of(), said, new BitSet(), new int[0], kept);
    }
}
