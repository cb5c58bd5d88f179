package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import io.github.glimpse.testing.chat.ChatPlan;
import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import io.github.glimpse.testing.chat.FormatCase;
import io.github.glimpse.testing.chat.ScriptedChat;
import io.github.glimpse.testing.chat.TemplateModel;
import io.github.glimpse.testing.chat.TwelveTurns;
import io.github.glimpse.testing.chat.WrittenHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The conversations of {@link TwelveTurnsIT} by the streaming model and by AI services. */
@Thorough
@TestCategory.Reference
class TwelveTurnsClientsIT {

    @TempDir
    Path folder;

    /** Runs a conversation on a model with the template of a format, and checks its prompts. */
    private void run(FormatCase format, Client client) {
        assumeTrue(format.folder().isPresent(), "no folder of glimpse.templates has " + format.template());
        ChatPlan plan = TwelveTurns.of(format);
        ScriptedChat script = new ScriptedChat(format, plan);
        TemplateModel.copy(TinyModels.QWEN.resolve("model"), "<|image_pad|>", format, folder.resolve("model"));
        try (LoadedModel engine = ScriptedModel.load(
                EngineOptions.builder(folder.resolve("model")).build(), script)) {
            client.run(engine, plan);

            WrittenHistory.check(format, plan, script.takePrompts());
        }
    }

    /** A way to run a conversation. */
    private interface Client {

        void run(LoadedModel engine, ChatPlan plan);
    }

    @ParameterizedTest
    @EnumSource(FormatCase.class)
    void streamsPiecesThatAddUpToEachAnswer(FormatCase format) {
        run(format, (engine, plan) -> {
            GlimpseStreamingChatModel model =
                    GlimpseStreamingChatModel.builder().model(engine).build();
            new PlannedChat(request -> streamed(model, request)).run(plan);
        });
    }

    /** Sums of the events of a stream. */
    private static final class Sums extends RecordingHandler {

        private final StringBuilder thinking = new StringBuilder();
        private final Map<Integer, StringBuilder> arguments = new TreeMap<>();
        private final List<CompleteToolCall> calls = new ArrayList<>();

        @Override
        public void onPartialThinking(PartialThinking piece) {
            thinking.append(piece.text());
        }

        @Override
        public void onPartialToolCall(PartialToolCall piece) {
            arguments
                    .computeIfAbsent(piece.index(), index -> new StringBuilder())
                    .append(piece.partialArguments());
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            calls.add(call);
        }
    }

    private static ChatResponse streamed(GlimpseStreamingChatModel model, ChatRequest request) {
        Sums sums = new Sums();
        model.chat(request, sums);
        AiMessage whole = sums.response().aiMessage();

        assertThat(sums.errors).isEmpty();
        assertThat(sums.text()).isEqualTo(whole.text() == null ? "" : whole.text());
        assertThat(sums.thinking).hasToString(whole.thinking() == null ? "" : whole.thinking());
        assertThat(sums.calls)
                .extracting(CompleteToolCall::toolExecutionRequest)
                .isEqualTo(whole.toolExecutionRequests());
        assertThat(sums.arguments.values())
                .extracting(StringBuilder::toString)
                .isEqualTo(whole.toolExecutionRequests().stream()
                        .map(ToolExecutionRequest::arguments)
                        .toList());
        return sums.response();
    }

    /** A service of one method. */
    interface Assistant {

        Result<String> ask(@UserMessage List<Content> question);
    }

    /** The same as a stream. */
    interface StreamingAssistant {

        TokenStream ask(@UserMessage List<Content> question);
    }

    /** Executors that give the results of a plan. */
    private static Map<ToolSpecification, ToolExecutor> executors(ChatPlan plan) {
        Map<String, Call> calls = new HashMap<>();
        plan.answers().forEach(answer -> answer.calls().forEach(call -> calls.put(PlannedChat.text(call), call)));
        ToolExecutor executor = new ToolExecutor() {
            @Override
            public String execute(ToolExecutionRequest request, Object memoryId) {
                throw new AssertionError("Results have contents");
            }

            @Override
            public ToolExecutionResult executeWithContext(ToolExecutionRequest request, InvocationContext context) {
                Call call = Objects.requireNonNull(
                        calls.get(request.name() + PlannedChat.json(request.arguments())), "call of the plan");
                return ToolExecutionResult.builder()
                        .resultContents(PlannedChat.contents(call))
                        .build();
            }
        };
        Map<ToolSpecification, ToolExecutor> executors = new LinkedHashMap<>();
        PlannedChat.tools().forEach(tool -> executors.put(tool, executor));
        return executors;
    }

    /** Checks the answers that a memory holds. */
    private static void check(ChatPlan plan, ChatMemory memory) {
        List<AiMessage> answers = memory.messages().stream()
                .filter(AiMessage.class::isInstance)
                .map(AiMessage.class::cast)
                .toList();
        List<Answer> planned = plan.answers();
        assertThat(answers).hasSameSizeAs(planned);
        for (int index = 0; index < answers.size(); index++) {
            PlannedChat.check(planned.get(index), answers.get(index));
        }
    }

    @ParameterizedTest
    @EnumSource(FormatCase.class)
    void runsTheToolsOfAnAiService(FormatCase format) {
        run(format, (engine, plan) -> {
            ChatMemory memory = MessageWindowChatMemory.withMaxMessages(200);
            Assistant assistant = AiServices.builder(Assistant.class)
                    .chatModel(GlimpseChatModel.builder().model(engine).build())
                    .chatMemory(memory)
                    .tools(executors(plan))
                    .build();

            plan.turns().forEach(turn -> {
                Result<String> answer = assistant.ask(PlannedChat.question(turn).contents());
                assertThat(answer.content()).isEqualTo(last(turn).text());
                assertThat(answer.toolExecutions()).hasSize(callCount(turn));
            });

            check(plan, memory);
        });
    }

    @ParameterizedTest
    @EnumSource(FormatCase.class)
    void runsTheToolsOfAStreamingAiService(FormatCase format) {
        run(format, (engine, plan) -> {
            ChatMemory memory = MessageWindowChatMemory.withMaxMessages(200);
            StreamingAssistant assistant = AiServices.builder(StreamingAssistant.class)
                    .streamingChatModel(
                            GlimpseStreamingChatModel.builder().model(engine).build())
                    .chatMemory(memory)
                    .tools(executors(plan))
                    .build();

            plan.turns().forEach(turn -> {
                StringBuilder text = new StringBuilder();
                StringBuilder thinking = new StringBuilder();
                CompletableFuture<ChatResponse> response = new CompletableFuture<>();
                assistant
                        .ask(PlannedChat.question(turn).contents())
                        .onPartialResponse(text::append)
                        .onPartialThinking(piece -> thinking.append(piece.text()))
                        .onCompleteResponse(response::complete)
                        .onError(response::completeExceptionally)
                        .start();

                assertThat(response.orTimeout(1, TimeUnit.MINUTES)
                                .join()
                                .aiMessage()
                                .text())
                        .isEqualTo(last(turn).text());
                assertThat(text.toString()).isEqualTo(joined(turn));
                assertThat(thinking.toString()).isEqualTo(thoughts(turn));
            });

            check(plan, memory);
        });
    }

    private static Answer last(Turn turn) {
        return turn.answers().get(turn.answers().size() - 1);
    }

    private static int callCount(Turn turn) {
        return turn.answers().stream().mapToInt(answer -> answer.calls().size()).sum();
    }

    private static String joined(Turn turn) {
        StringBuilder all = new StringBuilder();
        turn.answers().forEach(answer -> all.append(answer.text() == null ? "" : answer.text()));
        return all.toString();
    }

    private static String thoughts(Turn turn) {
        StringBuilder all = new StringBuilder();
        turn.answers()
                .forEach(answer -> all.append(
                        answer.thinking() == null ? "" : answer.thinking().strip()));
        return all.toString();
    }
}
