package com.example.guide01;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What was written for 0.1 does what it did. */
class Guide01Test {

    private static final int SIDE = 336;

    @Test
    void aSpringProgramOf01WithAStrategyOfItsOwnAnswers() throws IOException {
        byte[] page = page();
        String base64 = Base64.getEncoder().encodeToString(page);
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ChatProgram.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "glimpse.pruning.strategy=last-row",
                        "glimpse.generation.max-output-tokens=4")
                .run()) {
            ChatModel model = context.getBean(ChatModel.class);
            assertThat(context.getBean(ChatProgram.Documents.class)
                            .ask("What is the total?", ImageContent.from(base64, "image/png")))
                    .isNotNull();
            GlimpseChatResponseMetadata metadata = ChatProgram.total(model, base64);
            PruningReport report = metadata.pruning();
            assertThat(report.strategy()).isEqualTo("last-row");
            assertThat(report.keptTokens()).isBetween(1, report.imageTokens() - 1);
            assertThat(report.images().get(0).probabilities()).hasSize(report.imageTokens());
            assertThat(ChatProgram.drawn(metadata, page)).hasSize(3);
            assertThat(ChatProgram.atMost(model, 0.1, base64).pruning().retention())
                    .isLessThanOrEqualTo(0.1);
            assertThat(ChatProgram.receipts(model)).isNotNull();
            assertThat(context.getBean(ChatProgram.Answers.class).texts).hasSize(3);
        }
    }

    @Test
    void aPlainProgramOf01AsksByBothStrategies() throws IOException {
        byte[] page = page();
        try (EngineProgram program = new EngineProgram()) {
            PruningReport told = program.ask(
                            page,
                            PruningOptions.builder()
                                    .strategy("text-density")
                                    .retentionRatio(0.25)
                                    .options(Map.of("flat", "0.01"))
                                    .build())
                    .report();
            assertThat(told.keptTokens()).isEqualTo(told.imageTokens() / 4);
            PruningReport found = program.ask(
                            page, PruningOptions.builder().strategy("last-row").build())
                    .report();
            assertThat(found.steps()).singleElement().satisfies(step -> assertThat(step.confidence())
                    .isNotNull());
            StringBuilder pieces = new StringBuilder();
            GenerationResult streamed = program.stream(page, pieces);
            assertThat(streamed.report().strategy()).isEqualTo("glimpse");
            assertThat(pieces.toString()).isEqualTo(streamed.text());
            assertThat(program.caption(Base64.getEncoder().encodeToString(page)))
                    .isNotNull();
        }
        assertThat(EngineProgram.blip().schedule()).hasSize(2);
    }

    @Test
    void aProgramOf01ComparesPicturesAndTexts() throws IOException {
        AtomicInteger heard = new AtomicInteger();
        EmbeddingModelListener listener = new EmbeddingModelListener() {
            @Override
            public void onResponse(EmbeddingModelResponseContext context) {
                heard.incrementAndGet();
            }
        };
        String base64 = Base64.getEncoder().encodeToString(page());

        assertThat(EngineProgram.likeness(Folders.CLIP, base64, listener)).isBetween(-1.0, 1.0);
        assertThat(heard).hasValue(2);
        assertThat(EngineProgram.match(Folders.CLIP, List.of(page()))).isBetween(0f, 1f);
    }

    /** Left half plain, right half striped. */
    private static byte[] page() throws IOException {
        BufferedImage page = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = page.createGraphics();
        pen.setColor(Color.ORANGE);
        pen.fillRect(0, 0, SIDE, SIDE);
        pen.setColor(Color.BLACK);
        for (int y = 0; y < SIDE; y += 14) {
            pen.fillRect(SIDE / 2, y, SIDE / 2, 7);
        }
        pen.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(page, "png", png);
        return png.toByteArray();
    }
}
