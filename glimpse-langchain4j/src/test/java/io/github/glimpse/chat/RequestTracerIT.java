package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tracer hears of both chat models. */
@Timeout(60)
class RequestTracerIT {

    private static LoadedModel engine;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final Thread caller = Thread.currentThread();

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void followsAQuestionAboutAPicture() {
        chat().chat(question());

        assertThat(heard)
                .containsExactly(
                        "begin here",
                        "bind elsewhere",
                        "WAITING",
                        "IMAGES",
                        "VISION",
                        "PREFILL_BEFORE_CUT",
                        "PRUNING",
                        "PREFILL_AFTER_CUT",
                        "DECODING",
                        "unbind",
                        "answer");
    }

    @Test
    void leavesOutTheStagesThatATextDoesNotGoThrough() {
        chat().chat("Hello");

        assertThat(heard)
                .containsExactly(
                        "begin here",
                        "bind elsewhere",
                        "WAITING",
                        "IMAGES",
                        "PREFILL_BEFORE_CUT",
                        "DECODING",
                        "unbind",
                        "answer");
    }

    @Test
    void hearsOfARefusalAsTheCallerDoes() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("Hello"))
                .modelName("another")
                .build();

        assertThatThrownBy(() -> chat().chat(request)).isInstanceOf(UnsupportedFeatureException.class);
        assertThatThrownBy(() -> streaming().chat(request, new RecordingHandler()))
                .isInstanceOf(UnsupportedFeatureException.class);

        assertThat(heard)
                .containsExactly(
                        "begin here",
                        "error UnsupportedFeatureException",
                        "begin here",
                        "error UnsupportedFeatureException");
    }

    @Test
    void hearsOfAFailureAsTheCallerDoes() {
        try (LoadedModel narrow = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxInputTokens(5).build())) {
            GlimpseChatModel model =
                    GlimpseChatModel.builder().model(narrow).tracer(tracer()).build();

            assertThatThrownBy(() -> model.chat("What is the capital of the country with the longest coast?"))
                    .isInstanceOf(InvalidRequestException.class);
        }

        assertThat(heard)
                .containsExactly(
                        "begin here", "bind elsewhere", "WAITING", "IMAGES", "unbind", "error InvalidRequestException");
    }

    @Test
    void aStreamIsAnsweredBeforeItsHandlerHearsOfIt() throws Exception {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                heard.add("partial");
                super.onPartialResponse(partial, context);
            }
        };

        streaming().chat(List.of(question()), handler);
        handler.response();

        assertThat(heard.get(0)).isEqualTo("begin here");
        assertThat(heard.get(1)).isEqualTo("bind elsewhere");
        assertThat(heard).contains("DECODING", "partial");
        awaitUnbind();
        assertThat(heard.subList(heard.size() - 2, heard.size())).containsExactly("answer", "unbind");
    }

    @Test
    void hearsOfAStreamThatIsCancelled() throws Exception {
        RecordingHandler handler = new RecordingHandler() {
            @Override
            public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
                context.streamingHandle().cancel();
            }
        };

        streaming().chat(List.of(question()), handler);
        awaitUnbind();

        assertThat(heard).contains("cancelled").doesNotContain("answer");
    }

    @Test
    void aTracerThatFailsHarmsNoRequest() throws Exception {
        RequestTracer failing = () -> new RequestTrace() {
            @Override
            public Binding bind() {
                throw new IllegalStateException("bind");
            }

            @Override
            public void onStage(Stage stage) {
                throw new IllegalStateException("stage");
            }

            @Override
            public void onAnswer(GenerationResult result) {
                throw new IllegalStateException("answer");
            }
        };
        RequestTracer unable = () -> {
            throw new IllegalStateException("begin");
        };
        for (RequestTracer tracer : List.of(failing, unable)) {
            assertThat(GlimpseChatModel.builder()
                            .model(engine)
                            .tracer(tracer)
                            .build()
                            .chat(question())
                            .aiMessage())
                    .isNotNull();
            RecordingHandler handler = new RecordingHandler();
            GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .tracer(tracer)
                    .build()
                    .chat(List.of(question()), handler);
            assertThat(handler.response()).isNotNull();
        }
    }

    private void awaitUnbind() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!heard.contains("unbind") && System.nanoTime() < end) {
            Thread.sleep(5);
        }
    }

    private GlimpseChatModel chat() {
        return GlimpseChatModel.builder().model(engine).tracer(tracer()).build();
    }

    private GlimpseStreamingChatModel streaming() {
        return GlimpseStreamingChatModel.builder()
                .model(engine)
                .tracer(tracer())
                .build();
    }

    private static ChatMessage question() {
        return UserMessage.from(TinyModels.image(TinyModels.QWEN, "017/a.png"), TextContent.from("What is it?"));
    }

    private RequestTracer tracer() {
        return () -> {
            heard.add("begin " + place());
            return new RequestTrace() {
                @Override
                public Binding bind() {
                    heard.add("bind " + place());
                    return () -> heard.add("unbind");
                }

                @Override
                public void onStage(Stage stage) {
                    heard.add(stage.name());
                }

                @Override
                public void onAnswer(GenerationResult result) {
                    heard.add("answer");
                }

                @Override
                public void onError(Throwable error) {
                    heard.add("error " + error.getClass().getSimpleName());
                }

                @Override
                public void onCancelled() {
                    heard.add("cancelled");
                }
            };
        };
    }

    private String place() {
        return Thread.currentThread() == caller ? "here" : "elsewhere";
    }
}
