package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TensorFill;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers under a form that do not come to their end: scores that are no numbers, a deadline, a caller who has gone. */
class FormTroubleIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final int PIECES = 3;

    private static final String NOTE = """
            {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]}""";

    /** What is being written when the trouble comes, and how. */
    private enum Form {
        DOCUMENT(AnswerForm.jsonSchema(NOTE, JsonStyle.CLOSED), "{\"note\": \"%s\"}"),
        CALL(
                AnswerForm.tools(
                        List.of(new ToolShape("write", NOTE, ToolShape.Arguments.STRICT)),
                        new ToolUse(ToolUse.Choice.REQUIRED, 1),
                        JsonStyle.CLOSED,
                        ToolCallFormat.HERMES),
                "<tool_call>\n{\"name\": \"write\", \"arguments\": {\"note\": \"%s\"}}\n</tool_call>");

        @SuppressWarnings("ImmutableEnumChecker") // it says that it is immutable
        private final AnswerForm form;

        private final String answer;

        Form(AnswerForm form, String answer) {
            this.form = form;
            this.answer = String.format(Locale.ROOT, answer, "abcdefgh".repeat(8));
        }

        GenerationRequest request() {
            return new GenerationRequest(
                    List.of(ChatTurn.user(name())),
                    PruningOptions.defaults(),
                    GenerationOptions.builder().maxOutputTokens(300).build(),
                    ToolOffer.NONE,
                    form);
        }
    }

    /** What a broken model gives. */
    private enum Broken {
        ALL_NAN {
            @Override
            void write(float[] scores) {
                Arrays.fill(scores, Float.NaN);
            }
        },
        /** Of an image placeholder, which no form allows: what is forbidden must be a number too. */
        ONE_FORBIDDEN {
            @Override
            void write(float[] scores) {
                scores[scores.length - 1] = Float.NaN;
            }
        },
        INFINITE {
            @Override
            void write(float[] scores) {
                Arrays.fill(scores, Float.POSITIVE_INFINITY);
            }
        },
        NOTHING_POSSIBLE {
            @Override
            void write(float[] scores) {
                Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            }
        };

        abstract void write(float[] scores);
    }

    @TempDir
    private Path folder;

    private static LoadedModel model;
    private static int live;

    @BeforeAll
    static void load() {
        model = knowing(TinyModels.qwen().maxRunning(4));
        live = model.liveResources();
    }

    private static LoadedModel knowing(EngineOptions.Builder options) {
        return ScriptedModel.load(
                options.visionCache(VisionCacheOptions.off()).build(),
                prompt -> (prompt.contains(Form.CALL.name()) ? Form.CALL : Form.DOCUMENT).answer);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @EnumSource
    void scoresThatAreNoNumbersEndTheirRequestAloneWithTheWord(Broken broken) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<GenerationResult>> others = new ArrayList<>();
            for (int count = 0; count < 3; count++) {
                others.add(threads.submit(() -> model.generate(Form.DOCUMENT.request())));
            }
            Future<GenerationResult> one = threads.submit(() -> model.generate(
                    Form.DOCUMENT.request(), GenerationListener.NONE, new CancellationSignal(), new StageObserver() {
                        @Override
                        public void onLogits(int step, float[] logits) {
                            if (step == 2) {
                                broken.write(logits);
                            }
                        }
                    }));

            assertThatThrownBy(one::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContaining("word 3 of the answer");
            for (Future<GenerationResult> other : others) {
                assertThat(other.get().text()).isEqualTo(Form.DOCUMENT.answer);
            }
        } finally {
            threads.shutdown();
        }
        assertWell(model, live);
    }

    @Test
    void aTokenWhoseWeightsAreNoNumbersEndsADocumentAtTheNextWord() {
        Path copy = HostileInputs.copy(TinyModels.fixture("llava-1_5-tiny"), List.of("model"), folder.resolve("copy"));
        EngineOptions options =
                EngineOptions.builder(copy.resolve("model")).warmUp(false).build();
        int first;
        try (LoadedModel whole = LoadedModel.load(options)) {
            first = whole.generate(Form.DOCUMENT.request()).tokenIds()[0];
        }
        TensorFill.fill(
                copy.resolve("model/model.safetensors"), "language_model.model.embed_tokens.weight", Float.NaN, first);
        try (LoadedModel damaged = LoadedModel.load(options)) {
            assertThatThrownBy(() -> damaged.generate(Form.DOCUMENT.request()))
                    .isInstanceOf(NonFiniteNumbersException.class)
                    .hasMessageContaining("word 2 of the answer");
            assertThat(damaged.activeRequests()).isZero();
            assertThat(damaged.generate(GenerationRequest.of(ChatTurn.user("What?")))
                            .tokenIds())
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "WordPiece, '{\"type\": \"WordPiece\", \"prefix\": \"##\"}'",
        "BPEDecoder, '{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Fuse\"}, {\"type\": \"BPEDecoder\", \"suffix\":"
                + " \"</w>\"}]}'",
        "none, 'null'"
    })
    void aDecoderWhoseTokensHaveNoBytesIsNamed(String kind, String decoder) throws IOException {
        Path copy = HostileInputs.copy(TinyModels.fixture("qwen2_5_vl-tiny"), List.of("model"), folder.resolve(kind));
        Path file = copy.resolve("model/tokenizer.json");
        ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
        tokenizer.set("decoder", JSON.readTree(decoder));
        JSON.writeValue(file.toFile(), tokenizer);
        try (LoadedModel other = LoadedModel.load(
                EngineOptions.builder(copy.resolve("model")).warmUp(false).build())) {
            assertThatThrownBy(() -> other.generate(Form.DOCUMENT.request()))
                    .isInstanceOf(UnsupportedContentException.class)
                    .hasMessageContaining("the decoder '" + kind + "'");
            assertThat(other.generate(GenerationRequest.of(ChatTurn.user("What?")))
                            .tokenIds())
                    .isNotEmpty();
        }
    }

    @Thorough
    @TestCategory.Hostile
    @ParameterizedTest
    @EnumSource
    void aDeadlineEndsItBetweenTwoTokensAndNothingMoreIsTold(Form form) {
        try (LoadedModel hurried = knowing(TinyModels.qwen().timeout(TIMEOUT))) {
            int before = hurried.liveResources();
            long end = System.nanoTime() + TIMEOUT.plusSeconds(1).toNanos();
            Heard heard = new Heard(() -> {
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(end - System.nanoTime());
                }
            });
            assertThatThrownBy(() -> hurried.generate(form.request(), heard, new CancellationSignal()))
                    .isInstanceOf(DeadlineExceededException.class);

            heard.assertCut(form);
            assertWell(hurried, before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallerWhoHasGoneEndsItBetweenTwoTokensAndNothingMoreIsTold(Form form) {
        CancellationSignal signal = new CancellationSignal();
        Heard heard = new Heard(signal::cancel);

        assertThatThrownBy(() -> model.generate(form.request(), heard, signal))
                .isInstanceOf(GenerationCancelledException.class);

        heard.assertCut(form);
        assertWell(model, live);
    }

    private static void assertWell(LoadedModel model, int live) {
        assertThat(model.activeRequests()).isZero();
        assertThat(model.liveResources()).isEqualTo(live);
        GenerationResult next = model.generate(Form.CALL.request());
        assertThat(next.calls()).singleElement().satisfies(call -> assertThat(Form.CALL.answer)
                .contains(call.arguments()));
    }

    /** Hears some pieces, then does what makes trouble. */
    private static final class Heard implements GenerationListener {

        private final Runnable trouble;
        private final StringBuilder text = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();
        private int pieces;

        Heard(Runnable trouble) {
            this.trouble = trouble;
        }

        private void piece(String piece) {
            text.append(piece);
            if (++pieces == PIECES) {
                trouble.run();
            }
        }

        @Override
        public void onText(String piece) {
            piece(piece);
        }

        @Override
        public void onCallPiece(int index, String name, String piece) {
            piece(piece);
        }

        @Override
        public void onCall(int index, ToolCall call) {
            calls.add(call);
        }

        void assertCut(Form form) {
            assertThat(pieces).isEqualTo(PIECES);
            assertThat(form.answer).contains(text);
            assertThat(calls).isEmpty();
        }
    }
}
