package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import io.github.glimpse.chat.ZoomTool;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Role;
import io.github.glimpse.examples.tiny.pages.Conversation.Said;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import io.github.glimpse.examples.tiny.pages.ConversationMaker;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.pages.Repertoire;
import io.github.glimpse.examples.tiny.training.ConversationRows.Answer;
import io.github.glimpse.examples.tiny.training.ConversationRows.Row;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.OfferedTool;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.train.Losses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversations of the second edition are trained as the library runs them: a model of chance weights says the same in both. */
class SecondGraphIT {

    /** Of logits; sums are added in another order. */
    private static final float TOLERANCE = 2e-4f;

    private static final RuntimeOptions NATIVE = new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    private static final PageSize SIZE = new PageSize(9, 12);
    private static final int LONGEST = 4;

    @TempDir
    private static Path folder;

    private static TorchRuntime runtime;
    private static TinyModel model;
    private static Graph graph;

    @BeforeAll
    static void write() {
        runtime = TorchRuntime.start(NATIVE);
        model = TinyModel.frozen(runtime, Edition.SECOND, 7);
        FamilyGraphIT.disturb(model.parameters());
        ModelFolder.write(folder, Edition.SECOND, model.parameters(), StoredType.F32);
        graph = Losses.addTo(Graph.named("probe"))
                .with(SecondGraphIT.class, "vision")
                .with(SecondGraphIT.class, "reading")
                .with(SecondGraphIT.class, "converse")
                .with(SecondGraphIT.class, "joint")
                .with(SecondGraphIT.class, "asked")
                .compile(runtime);
    }

    @AfterAll
    static void close() {
        graph.close();
        model.close();
        runtime.close();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theFirstWordHasTheSameLogits(Form form) {
        Conversation conversation = withoutTools(conversation(form));
        float[] served = FamilyGraphIT.served(runtime, folder, asked(conversation));

        ConversationRows rows = ConversationRows.of(conversation, true, SpelledWords.none());
        Answer answer = rows.answers().get(0);
        float[] trained = logits(new ConversationBatch(List.of(rows), List.of(new Asked(rows, answer).whole()), false));

        assertThat(Arrays.copyOf(trained, served.length)).containsExactly(served, within(TOLERANCE));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theSameIsSaidToAWholePage(Form form) {
        assertSaysTheSame(conversation(form), null);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theSameIsSaidBehindACut(Form form) {
        assertSaysTheSame(conversation(form), new int[] {3, 17, 18, 40, 77, 95});
    }

    /** The library answers; in the trainer's rows the answer takes the place of the right one. */
    private static void assertSaysTheSame(Conversation conversation, int @Nullable [] kept) {
        GenerationResult result = said(conversation, kept);
        int[] said = Arrays.copyOf(result.tokenIds(), Math.min(LONGEST, result.tokenIds().length));
        ConversationRows rows = ConversationRows.of(answered(conversation, said.length), true, SpelledWords.none());
        Answer answer = rows.answers().get(0);
        assertThat(result.inputTokens()).isEqualTo(answer.firstRow() + 1);
        for (int i = 0; i < said.length; i++) {
            Row row = rows.rows().get(answer.firstRow() + 1 + i);
            rows.rows()
                    .set(
                            answer.firstRow() + 1 + i,
                            new Row(said[i], -1, -1, row.time(), row.down(), row.across(), row.branch()));
            answer.words()[i] = said[i];
        }
        Asked asked = new Asked(rows, answer);
        ConversationBatch batch = new ConversationBatch(
                List.of(rows), List.of(kept == null ? asked.whole() : asked.keeping(kept)), kept != null);

        float[] logits = logits(batch);

        int words = Pieces.list().size();
        double log = 0;
        for (int i = 0; i < said.length; i++) {
            float[] row = Arrays.copyOfRange(logits, i * words, (i + 1) * words);
            assertThat(likeliest(row)).isEqualTo(said[i]);
            log += logShare(row, said[i]);
        }
        assertThat(Math.log(result.likelihood().sequenceProbability()))
                .isCloseTo(log, within(said.length * (double) TOLERANCE));
    }

    private static int likeliest(float[] row) {
        return IntStream.range(0, row.length).reduce(0, (best, i) -> row[i] > row[best] ? i : best);
    }

    private static double logShare(float[] row, int word) {
        double sum = 0;
        for (float logit : row) {
            sum += Math.exp(logit - row[word]);
        }
        return -Math.log(sum);
    }

    /** An answer with what it may see. */
    private record Asked(ConversationRows rows, Answer answer) {

        ConversationBatch.Asked whole() {
            return keeping(IntStream.range(0, cells().length).toArray());
        }

        /** Some cells of the pages, counted over all of them. */
        ConversationBatch.Asked keeping(int... cells) {
            BitSet kept = new BitSet();
            int[] all = cells();
            Arrays.stream(cells).forEach(cell -> kept.set(all[cell]));
            return new ConversationBatch.Asked(0, answer, answer.words(), kept);
        }

        private int[] cells() {
            return IntStream.range(0, answer.firstRow())
                    .filter(row -> rows.rows().get(row).isCell())
                    .toArray();
        }
    }

    private static float[] logits(ConversationBatch batch) {
        try (TensorScope scope = runtime.openScope()) {
            return graph.constant("asked_logits")
                    .with(SeenPages.of(ShownPages.of(batch.pages())).tower(scope))
                    .with(model.tower())
                    .with(batch.tensors(scope))
                    .with(model.decoder())
                    .with(Edition.TOWER.heads())
                    .with(Edition.SECOND.size().heads())
                    .with(TinyShape.REDUCE_LAYER + 1L)
                    .run(scope)
                    .toFloatArray();
        }
    }

    private static Conversation conversation(Form form) {
        ConversationMaker maker = new ConversationMaker(new PageMaker(FontRegistry.strokes(), Repertoire.SECOND));
        return IntStream.range(0, 50)
                .mapToObj(seed -> maker.make(Split.TRAIN, form, SIZE, seed))
                .filter(made -> form != Form.ZOOM || made.pages().size() == 2)
                .findFirst()
                .orElseThrow();
    }

    /** The same without what the system says of tools. */
    private static Conversation withoutTools(Conversation conversation) {
        List<Turn> turns = conversation.turns().stream()
                .map(turn -> turn.role() == Role.SYSTEM
                        ? system(turn.text().lines().findFirst().orElseThrow())
                        : turn)
                .toList();
        return new Conversation(conversation.form(), conversation.pages(), turns);
    }

    private static Turn system(String text) {
        return new Turn(Role.SYSTEM, "", List.of(), List.of(new Said(text, false, null)));
    }

    /** The same with a last answer of so many pieces. */
    private static Conversation answered(Conversation conversation, int pieces) {
        List<Turn> turns = new ArrayList<>(conversation.turns());
        turns.set(
                turns.size() - 1,
                new Turn(Role.ASSISTANT, "", List.of(), List.of(new Said("x".repeat(pieces), true, null))));
        return new Conversation(conversation.form(), conversation.pages(), turns);
    }

    private static GenerationResult said(Conversation conversation, int @Nullable [] kept) {
        boolean tools = conversation.form() == Form.ZOOM;
        ToolOffer offer = tools ? new ToolOffer(List.of(zoom()), null) : ToolOffer.NONE;
        List<ChatTurn> turns = asked(tools ? withoutTools(conversation) : conversation);
        EngineOptions.Builder options = EngineOptions.builder(folder).runtime(NATIVE);
        if (kept != null) {
            options.strategies(List.of(new GivenCells(kept)));
        }
        try (LoadedModel loaded = LoadedModel.load(options.build())) {
            return loaded.generate(new GenerationRequest(
                    turns,
                    PruningOptions.builder()
                            .strategy(kept == null ? PruningOptions.NONE : GivenCells.NAME)
                            .build(),
                    GenerationOptions.builder().maxOutputTokens(LONGEST).build(),
                    offer,
                    null));
        }
    }

    private static OfferedTool zoom() {
        ToolSpecification tool = new ZoomTool().specification();
        String properties = tool.parameters().properties().entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": " + ((JsonRawSchema) entry.getValue()).schema())
                .collect(Collectors.joining(", "));
        String required = String.join("\", \"", tool.parameters().required());
        String schema =
                "{\"type\": \"object\", \"properties\": {" + properties + "}, \"required\": [\"" + required + "\"]}";
        return new OfferedTool(new ToolShape(tool.name(), schema, ToolShape.Arguments.STRICT), tool.description());
    }

    /** All turns but the last, as the library takes them. */
    private static List<ChatTurn> asked(Conversation conversation) {
        List<ChatTurn> turns = new ArrayList<>();
        for (Turn turn : conversation.turns().subList(0, conversation.turns().size() - 1)) {
            String text = turn.text();
            if (text.startsWith("<tool_call>")) {
                String arguments = text.substring(text.indexOf("{\"image"), text.lastIndexOf('}'));
                turns.add(new ChatTurn(
                        ChatTurn.Role.ASSISTANT, List.of(), List.of(new ChatTurn.Call("zoom", arguments)), null));
            } else if (turn.front().isEmpty()) {
                List<ChatTurn.Part> parts = new ArrayList<>(pictures(conversation, turn));
                parts.add(new ChatTurn.Text(text));
                turns.add(new ChatTurn(ChatTurn.Role.valueOf(turn.role().name()), parts));
            } else {
                List<ChatTurn.Part> parts = new ArrayList<>();
                parts.add(new ChatTurn.Text(turn.front().substring(turn.front().indexOf('\n') + 1)));
                parts.addAll(pictures(conversation, turn));
                turns.add(ChatTurn.result("zoom", parts));
            }
        }
        return turns;
    }

    private static List<ChatTurn.Part> pictures(Conversation conversation, Turn turn) {
        return turn.pages().stream()
                .map(page -> (ChatTurn.Part) new ChatTurn.Picture(
                        PictureBytes.png(conversation.pages().get(page))))
                .toList();
    }
}
