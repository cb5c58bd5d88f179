package com.example.guide01;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.store.embedding.CosineSimilarity;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.embedding.MatchScores;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.eval.DataOptions;
import io.github.glimpse.eval.EvaluationRow;
import io.github.glimpse.eval.EvaluationRun;
import io.github.glimpse.eval.EvaluationSet;
import io.github.glimpse.eval.EvaluationSummary;
import io.github.glimpse.eval.HtmlReport;
import io.github.glimpse.eval.Reading;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.train.GlimpseScores;
import io.github.glimpse.train.GlimpseTrainer;
import io.github.glimpse.train.GlimpseTrainingOptions;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.ProgressLog;
import io.github.glimpse.train.RateSchedule;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingOptions;
import io.github.glimpse.train.TrainingRun;
import io.github.glimpse.train.VisualCotFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A program without Spring: the guides about models, BLIP, vectors, evaluation and training. */
final class EngineProgram implements AutoCloseable {

    private final ModelSource model = ModelSource.embedded();
    private final ModelSource module = ModelSource.embeddedModule();
    private final LoadedModel engine = LoadedModel.load(EngineOptions.builder(model.directory())
            .module(module.directory())
            .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
            .strategies(List.of(new LastRowStrategyFactory(), new TextDensityStrategyFactory()))
            .build());

    GenerationResult ask(byte[] picture, PruningOptions pruning) {
        return engine.generate(new GenerationRequest(
                List.of(ChatTurn.user("What is the total?", picture)),
                pruning,
                GenerationOptions.builder().maxOutputTokens(4).build()));
    }

    GenerationResult stream(byte[] picture, StringBuilder pieces) {
        return engine.generate(
                new GenerationRequest(
                        List.of(ChatTurn.user("What is the total?", picture)),
                        PruningOptions.defaults(),
                        GenerationOptions.builder().maxOutputTokens(4).build()),
                pieces::append,
                new CancellationSignal());
    }

    String caption(String base64) {
        ChatModel chat = GlimpseChatModel.builder().model(engine).build();
        return chat.chat(UserMessage.from(ImageContent.from(base64, "image/png")))
                .aiMessage()
                .text();
    }

    static PruningOptions blip() {
        return PruningOptions.builder()
                .schedule(List.of(
                        PruningStep.builder("cls-attention")
                                .at("tower 4")
                                .retentionRatio(0.5)
                                .build(),
                        PruningStep.builder("cross-attention")
                                .at("layer 2")
                                .retentionRatio(0.25)
                                .options(Map.of("layers", "0,1"))
                                .build()))
                .build();
    }

    static double likeness(Path directory, String base64, EmbeddingModelListener listener) {
        try (EmbeddingEngine engine =
                EmbeddingEngine.load(EmbeddingOptions.builder(directory).build())) {
            EmbeddingModel model = GlimpseEmbeddingModel.builder()
                    .engine(engine)
                    .listeners(List.of(listener))
                    .build();

            Embedding picture = model.embed(EmbeddingRequest.builder()
                            .input(ImageContent.from(base64, "image/jpeg"))
                            .build())
                    .embeddings()
                    .get(0);
            Embedding question = model.embed("a red car in the snow").content();
            return CosineSimilarity.between(picture, question);
        }
    }

    static float match(Path directory, List<byte[]> pictures) {
        // 0.1 had PatchPruning and PatchCut here; the CHANGELOG lists them among what moved.
        PruningOptions pruning = PruningOptions.builder().retentionRatio(0.5).build();
        EmbeddingRequestParameters.builder().set(GlimpseEmbeddingModel.PRUNING, pruning);
        List<String> labels = List.of("a photo of a cat", "a photo of a dog");
        try (EmbeddingEngine engine = EmbeddingEngine.load(
                EmbeddingOptions.builder(directory).pruning(pruning).build())) {
            MatchScores scores = engine.match(pictures, labels);
            engine.match(pictures, labels, pruning);
            return scores.probabilities()[0][0];
        }
    }

    static EvaluationSummary evaluate(Path file, Path pictures, LoadedModel loadedModel) throws IOException {
        EvaluationSet set = EvaluationSet.read(file, DataOptions.below(pictures).withMetric("anls"));
        List<EvaluationRow> rows = List.of(
                EvaluationRow.unpruned(),
                EvaluationRow.of(
                        "careful",
                        "glimpse",
                        PruningOptions.builder().threshold(0.3).build()));
        EvaluationRun run =
                EvaluationRun.builder(set, rows, Path.of("answers.csv")).build();
        List<Reading> readings = run.ask("my-model", loadedModel);
        EvaluationSummary summary = EvaluationSummary.of(readings, rows);
        HtmlReport.write(Path.of("report.html"), summary, readings, set, run.skipped());
        return summary;
    }

    static void train(Path folder) throws IOException {
        EngineOptions base = EngineOptions.builder(folder)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build();
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .epochs(1)
                .folder(Path.of("run"), 200)
                .listener(ProgressLog.every(Duration.ofSeconds(30)))
                .build();
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base, options)) {
            trainer.train(VisualCotFile.read(Path.of("train.jsonl"), Path.of("images"), "train"));
            GlimpseScores scores =
                    trainer.evaluate(VisualCotFile.read(Path.of("train.jsonl"), Path.of("images"), "val"));
            trainer.export(Path.of("module"), scores.forRecall(0.95).threshold(), StoredType.BF16);
        }
    }

    static void trainSomethingElse(TorchRuntime runtime, long seed, int steps, List<float[]> samples) {
        Graph graph = Losses.addTo(Graph.named("mine").with(EngineProgram.class, "mine"))
                .compile(runtime);
        TrainableParameters parameters = TrainableParameters.empty(runtime, seed)
                .add("in.weight", ParameterGroup.named("mine"), Initializer.fanIn(1), 64, 32);
        try (TrainingRun run = TrainingRun.of(
                runtime,
                parameters,
                TrainingOptions.builder(steps, RateSchedule.cosine(1e-3, 0, steps, 0.1))
                        .build())) {
            run.resume();
            run.run((sample, scope, figures) -> graph.record("loss")
                    .with(scope.floats(samples.get((int) sample), 8, 32))
                    .with(List.of(parameters.get("in.weight")))
                    .run(scope));
        }
    }

    @Override
    public void close() {
        engine.close();
        module.close();
        model.close();
    }
}
