package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
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
import io.github.glimpse.generate.PromptBuilder;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamilies;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is trained here is what the library runs: the same weights, picture and question give the same logits. */
class FamilyGraphIT {

    private static final float TOLERANCE = 1e-4f;
    private static final String SYSTEM = "You are an honest clerk. Today is Friday, the 24th.";

    @Test
    void trainsTheGraphOfTheFamily(@TempDir Path folder) {
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                TrainableParameters parameters = TrainableParameters.empty(runtime, 7);
                Graph graph = Losses.addTo(Graph.named("probe"))
                        .with(VisionStage.class, "vision")
                        .with(VisionStage.class, "reading")
                        .with(FamilyGraphIT.class, "probe")
                        .compile(runtime);
                TensorScope scope = runtime.openScope()) {
            TinyWeights.addVision(parameters, ParameterGroup.named("vision"));
            TinyWeights.addDecoder(parameters, ParameterGroup.named("decoder"));
            disturb(parameters);
            ModelFolder.write(folder, Edition.FIRST, parameters, StoredType.F32);
            // Windows of three shapes, more rows than columns.
            Drawing drawing =
                    Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.DOC, new PageSize(14, 9), 3));
            for (Question question : drawing.questions()) {
                float[] trained = trained(graph, parameters, drawing, question, scope);
                float[] served = served(runtime, folder, drawing, question);
                assertThat(trained).hasSameSizeAs(served).containsExactly(served, within(TOLERANCE));
            }
            float[] trained = trainedInAChat(graph, parameters, drawing, scope);
            float[] served = served(runtime, folder, chat(drawing));
            assertThat(trained).hasSameSizeAs(served).containsExactly(served, within(TOLERANCE));
            trained = trainedBesideALongerFront(graph, parameters, drawing, scope);
            assertThat(trained).hasSameSizeAs(served).containsExactly(served, within(TOLERANCE));
            Drawing other =
                    Studio.draw(new DrawingRequest(Split.TRAIN, FacePool.SEEN, Family.SIGN, new PageSize(14, 9), 4));
            trained = trainedBehindAnotherPicture(graph, parameters, drawing, other, scope);
            served = served(runtime, folder, chatAboutAnother(drawing, other));
            assertThat(trained).hasSameSizeAs(served).containsExactly(served, within(TOLERANCE));
        }
    }

    /** So that norms and biases take part. */
    static void disturb(TrainableParameters parameters) {
        Random random = new Random(11);
        for (String name : parameters.names()) {
            if (parameters.shape(name).length == 1) {
                float[] values = parameters.values(name);
                for (int i = 0; i < values.length; i++) {
                    values[i] += (float) (0.2 * random.nextGaussian());
                }
                parameters.set(name, values);
            }
        }
    }

    private static float[] trained(
            Graph graph, TrainableParameters parameters, Drawing drawing, Question question, TensorScope scope) {
        AskedQuestion asked = AskedQuestion.of(drawing, question, AskedQuestion.Cut.EVIDENCE, false, new Random(1));
        return logits(
                graph,
                parameters,
                drawing,
                ReadingBatch.of(drawing.request().size(), List.of(List.of(asked, asked)), false),
                scope);
    }

    /** The third question, behind what the system says and two questions that were answered. */
    private static float[] trainedInAChat(
            Graph graph, TrainableParameters parameters, Drawing drawing, TensorScope scope) {
        List<Question> all = drawing.questions();
        AskedQuestion asked = AskedQuestion.of(
                drawing, all.get(2), all.subList(0, 2), AskedQuestion.Cut.EVIDENCE, false, new Random(1));
        ReadingBatch batch = ReadingBatch.of(
                drawing.request().size(),
                List.of(Front.of(AskedQuestion.front(SYSTEM))),
                List.of(List.of(asked, asked)),
                false);
        return logits(graph, parameters, drawing, batch, scope);
    }

    /** The same beside a picture with a longer system text: before its own are rows that it does not see. */
    private static float[] trainedBesideALongerFront(
            Graph graph, TrainableParameters parameters, Drawing drawing, TensorScope scope) {
        List<Question> all = drawing.questions();
        AskedQuestion asked = AskedQuestion.of(
                drawing, all.get(2), all.subList(0, 2), AskedQuestion.Cut.EVIDENCE, false, new Random(1));
        ReadingBatch batch = ReadingBatch.of(
                drawing.request().size(),
                List.of(Front.of(AskedQuestion.front(SYSTEM)), Front.of(AskedQuestion.front(SYSTEM + " Be brief."))),
                List.of(List.of(asked), List.of(asked)),
                false);
        return logits(graph, parameters, List.of(drawing, drawing), batch, scope);
    }

    /** The first question about a picture that is shown behind another one, of which one was answered. */
    private static float[] trainedBehindAnotherPicture(
            Graph graph, TrainableParameters parameters, Drawing drawing, Drawing other, TensorScope scope) {
        AskedQuestion asked =
                AskedQuestion.of(drawing, drawing.questions().get(0), AskedQuestion.Cut.EVIDENCE, false, new Random(1));
        PageSize size = drawing.request().size();
        List<Question> before = other.questions().subList(0, 1);
        ReadingBatch batch = ReadingBatch.of(
                size,
                List.of(behind(SYSTEM, size, before), behind(SYSTEM + " Be brief.", size, before)),
                List.of(List.of(asked), List.of(asked)),
                false);
        return logits(graph, parameters, List.of(drawing, drawing, other), batch, scope);
    }

    /** The picture before is the third of the pages. */
    private static Front behind(String system, PageSize size, List<Question> before) {
        return AskedQuestion.behind(
                AskedQuestion.front(system), Front.Earlier.of(size, 2 * size.cellCount(), new Random(2)), before);
    }

    private static List<ChatTurn> chatAboutAnother(Drawing drawing, Drawing other) {
        Question before = other.questions().get(0);
        return List.of(
                new ChatTurn(ChatTurn.Role.SYSTEM, List.of(new ChatTurn.Text(SYSTEM))),
                ChatTurn.user(before.text(), PictureBytes.png(other)),
                new ChatTurn(ChatTurn.Role.ASSISTANT, List.of(new ChatTurn.Text(before.answer()))),
                ChatTurn.user(drawing.questions().get(0).text(), PictureBytes.png(drawing)));
    }

    private static List<ChatTurn> chat(Drawing drawing) {
        List<Question> all = drawing.questions();
        return List.of(
                new ChatTurn(ChatTurn.Role.SYSTEM, List.of(new ChatTurn.Text(SYSTEM))),
                ChatTurn.user(all.get(0).text(), PictureBytes.png(drawing)),
                new ChatTurn(
                        ChatTurn.Role.ASSISTANT,
                        List.of(new ChatTurn.Text(all.get(0).answer()))),
                ChatTurn.user(all.get(1).text()),
                new ChatTurn(
                        ChatTurn.Role.ASSISTANT,
                        List.of(new ChatTurn.Text(all.get(1).answer()))),
                ChatTurn.user(all.get(2).text()));
    }

    private static float[] logits(
            Graph graph, TrainableParameters parameters, Drawing drawing, ReadingBatch batch, TensorScope scope) {
        return logits(graph, parameters, List.of(drawing), batch, scope);
    }

    private static float[] logits(
            Graph graph,
            TrainableParameters parameters,
            List<Drawing> drawings,
            ReadingBatch batch,
            TensorScope scope) {
        return graph.constant("first_logits")
                .with(SeenPages.of(drawings).tower(scope))
                .with(TinyWeights.vision(parameters))
                .with(batch.tensors(scope))
                .with(TinyWeights.decoder(parameters))
                .run(scope)
                .toFloatArray();
    }

    /** The model of a folder as the library loads it. */
    static VisionLanguageModel load(TorchRuntime runtime, Path folder) {
        ModelFiles files = ModelFiles.ofDirectory(folder);
        return VisionLanguageModel.require(ModelFamilies.discover(List.of())
                .of(null, files.config())
                .load(files, LoadOptions.defaults(), runtime));
    }

    static PromptBuilder prompts(VisionLanguageModel model) {
        return new PromptBuilder(model, new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE));
    }

    private static float[] served(TorchRuntime runtime, Path folder, Drawing drawing, Question question) {
        return served(runtime, folder, List.of(ChatTurn.user(question.text(), PictureBytes.png(drawing))));
    }

    /** Logits of what the library says first to a conversation. */
    static float[] served(TorchRuntime runtime, Path folder, List<ChatTurn> turns) {
        try (VisionLanguageModel model = load(runtime, folder);
                TensorScope scope = runtime.openScope()) {
            PromptBuilder builder = prompts(model);
            Prompt prompt = builder.prompt(turns);
            DecoderStack decoder = model.decoder();
            int rows = RowPadding.rows(prompt.tokens());
            long[][] ids = prompt.layout().positions().rows();
            long[] flat = new long[ids.length * rows];
            for (int i = 0; i < ids.length; i++) {
                System.arraycopy(ids[i], 0, flat, i * rows, ids[i].length);
            }
            RotaryEmbedding.Tables tables = decoder.rotary(scope.longs(flat, ids.length, rows), scope);
            NDArray hidden = decoder.embed(scope.indices(prompt.layout().ids()), rows, scope);
            for (int i = 0; i < prompt.units().size(); i++) {
                VisionFeatures features = model.tower().encode(builder.patches(prompt, i), Set.of(), () -> {}, scope);
                decoder.place(hidden, prompt.layout().spans().get(i).start(), features.rows());
            }
            for (int layer = 0; layer < TinyShape.LAYERS; layer++) {
                KvCache cache = decoder.newCache(rows, scope);
                hidden = decoder.prompts().layer(layer, hidden, tables, cache, scope);
            }
            return decoder.prompts().logits(hidden, prompt.tokens() - 1, scope).toFloatArray();
        }
    }
}
