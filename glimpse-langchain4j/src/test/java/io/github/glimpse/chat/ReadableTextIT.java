package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.embedding.ImageVectors;
import io.github.glimpse.embedding.MatchScores;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.HubOptions;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whatever README, guides and examples hand out can be printed: short, on one line, without arrays, texts and secrets. */
class ReadableTextIT {

    private static final String SECRET = "do not print this";
    private static final int LONGEST = 600;
    private static final byte[] PICTURE = picture();

    private final List<Object> told = new ArrayList<>();

    @Test
    void whatOneIsInvitedToPrintIsShortAndOnOneLine() {
        answers();
        vectors();
        told.add(HubOptions.builder().token(SECRET.replace(' ', '_')).build());
        try (ModelSource embedded = ModelSource.embedded()) {
            told.add(embedded);
        }
        told.add(TokenSelection.scored(new int[] {1, 2}, new float[] {1, 2, 3}, TokenSelection.ScoreKind.SHARE));
        told.add(TokenSelection.MergedToken.mean(3, new int[] {1, 2}));
        told.add(ImageUrlOptions.allowList("example.org"));

        assertThat(told).allSatisfy(object -> assertThat(object.toString())
                .as(object.getClass().getSimpleName())
                .contains(object.getClass().getSimpleName())
                .hasSizeLessThan(LONGEST)
                .doesNotContain("\n", SECRET, SECRET.replace(' ', '_'))
                // Neither arrays nor objects without a text of their own.
                .doesNotContainPattern("@[0-9a-f]{4,}|Lambda"));
    }

    private void answers() {
        EngineOptions options = TinyModels.options(TinyModels.QWEN)
                .generation(GenerationOptions.builder()
                        .stop(List.of(SECRET))
                        .temperature(0.0)
                        .build())
                .build();
        told.add(options);
        told.add(options.pruning());
        told.add(options.generation());
        told.add(options.runtime());
        told.add(options.load());
        try (LoadedModel engine = LoadedModel.load(options)) {
            told.add(engine);
            told.add(engine.canaryUse());
            told.add(engine.visionCacheUse());
            told.add(engine.plan(PruningOptions.defaults()).get(0));
            GlimpseChatModel chat = GlimpseChatModel.builder().model(engine).build();
            told.add(chat);
            told.add(GlimpseStreamingChatModel.builder().model(engine).build());
            told.add(new GlimpseTokenCountEstimator(engine));
            GlimpseChatRequestParameters parameters = GlimpseChatRequestParameters.builder()
                    .maxOutputTokens(3)
                    .stopSequences(SECRET)
                    .returnScoreMap(true)
                    .build();
            told.add(parameters);
            ChatResponse response = chat.chat(ChatRequest.builder()
                    .messages(
                            UserMessage.from(TextContent.from(SECRET), TinyModels.image(TinyModels.QWEN, "020/a.png")))
                    .parameters(parameters)
                    .build());
            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
            told.add(metadata);
            told.add(metadata.tokenUsage());
            told.add(metadata.timings());
            told.add(Objects.requireNonNull(metadata.likelihood()));
            told.add(Objects.requireNonNull(metadata.pruning().steps().get(0).confidence()));
            told.add(metadata.guard());
            told.add(metadata.explanation(List.of(PICTURE)));
            pruning(metadata.pruning());

            GenerationRequest request = new GenerationRequest(
                    List.of(ChatTurn.user(SECRET, PICTURE)),
                    PruningOptions.builder()
                            .retentionRatio(0.5)
                            .strategy("grid")
                            .build(),
                    GenerationOptions.builder().maxOutputTokens(2).build());
            told.add(request);
            told.add(request.turns().get(0));
            GenerationResult result = engine.generate(request);
            told.add(result);
            assertThat(result.report().toString())
                    .matches("PruningReport\\[grid kept \\d+ of \\d+ image tokens of 1" + " picture at vision]");
        }
    }

    private void pruning(PruningReport report) {
        told.add(report);
        PruningReport.Image image = report.images().get(0);
        told.add(image);
        told.add(image.plan());
        StepReport step = report.steps().get(0);
        told.add(step);
        told.add(step.images().get(0));
        assertThat(metadataText(report))
                .contains("glimpse kept " + report.keptTokens() + " of " + report.imageTokens());
    }

    private static String metadataText(PruningReport report) {
        return GlimpseChatResponseMetadata.builder().pruning(report).build().toString();
    }

    private void vectors() {
        EmbeddingOptions options = EmbeddingOptions.builder(Path.of("src/test/resources/fixtures/clip-tiny/model"))
                .pruning(PruningOptions.builder()
                        .schedule(List.of(PruningStep.builder("cls-attention")
                                .at("layer 2")
                                .retentionRatio(0.5)
                                .build()))
                        .build())
                .build();
        told.add(options);
        try (EmbeddingEngine engine = EmbeddingEngine.load(options)) {
            told.add(engine);
            GlimpseEmbeddingModel model =
                    GlimpseEmbeddingModel.builder().engine(engine).build();
            told.add(model);
            ImageVectors images = engine.embedImages(List.of(PICTURE));
            told.add(images);
            told.add(images.report());
            told.add(images.report().images().get(0));
            told.add(images.report().images().get(0).cuts().get(0));
            told.add(images.timings());
            told.add(engine.embedTexts(List.of(SECRET)));
            MatchScores scores = engine.match(List.of(PICTURE), List.of(SECRET, "a"));
            told.add(scores);
            told.add(engine.embedPatches(List.of(PICTURE), options.pruning()).get(0));
        }
    }

    private static byte[] picture() {
        try {
            return Files.readAllBytes(TinyModels.QWEN.resolve("cases/020/a.png"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
