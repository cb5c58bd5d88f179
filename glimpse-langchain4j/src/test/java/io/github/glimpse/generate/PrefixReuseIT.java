package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.PrefixCacheOptions.Scope;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prefill.ReuseReport.Kind;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.ServingOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows that ran before are taken over where all that stands before them is the same, by those alone that may know of them. */
class PrefixReuseIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final byte[] OTHER = TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png");
    private static final String SYSTEM = "You answer in one short sentence and only by what the picture shows. ";
    private static final PruningOptions PRUNED = PruningOptions.defaults();

    @Test
    void anotherQuestionAboutAPictureComputesItsOwnRowsOnly() {
        try (LoadedModel model = shared(TinyModels.qwen())) {
            ObservedAnswer first = ask(model, PRUNED, ChatTurn.user("What is it?", PICTURE));
            ObservedAnswer second = ask(model, PRUNED, ChatTurn.user("What colour is the largest thing?", PICTURE));
            assertThat(first.reuse().kind()).isEqualTo(Kind.NONE);
            assertThat(second.reuse().kind()).isEqualTo(Kind.PREFIX);
            int reused = second.reuse().rowsReused();
            assertThat(reused).isBetween(second.pictureEnd, second.pictureEnd + 3);
            // Rows that ran, by layer: before the cut the question alone, behind it what was kept and the question.
            int depth = depth(model);
            int question = second.rows - reused;
            assertThat(second.ran.headMap(depth).values()).containsOnly(question);
            int behind = second.result().prefilledTokens() - second.pictureStart;
            assertThat(second.ran.tailMap(depth).values()).containsOnly(behind);
            assertThat(model.prefixUse().hits()).isEqualTo(1);
            assertThat(model.prefixUse().rowsReused()).isEqualTo(reused);
            assertThat(model.prefixUse().rowsComputed()).isEqualTo(first.rows + question);
            assertThat(model.prefixUse().prompts()).isEqualTo(1);
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void inPackedBfloat16ReusedRowsGiveTheSameBits() {
        LoadOptions packed = LoadOptions.builder()
                .dtype(Dtype.BFLOAT16)
                .weights(WeightFormat.PACKED)
                .build();
        for (PruningOptions pruning : List.of(PRUNED, unpruned())) {
            try (LoadedModel model = shared(TinyModels.qwen().load(packed))) {
                List<ChatTurn> asked = List.of(ChatTurn.user("What colour is the largest thing?", OTHER, PICTURE));
                ObservedAnswer fresh = ask(model, new GenerationRequest(asked, pruning, tokens()), "nobody else");
                ask(model, pruning, ChatTurn.user("What is it?", OTHER, PICTURE));
                ObservedAnswer reused = ask(model, pruning, asked.get(0));
                assertThat(reused.reuse().kind()).isEqualTo(Kind.PREFIX);
                assertThat(reused.logits).isEqualTo(fresh.logits);
                assertThat(reused.result().tokenIds()).isEqualTo(fresh.result().tokenIds());
            }
        }
    }

    @Test
    void aChatGoesOnFromItsRowsAlsoWithANewPicture() {
        try (LoadedModel model = shared(TinyModels.qwen());
                LoadedModel fresh = LoadedModel.load(
                        TinyModels.qwen().prefixCache(PrefixCacheOptions.off()).build())) {
            List<ChatTurn> turns = new ArrayList<>(List.of(ChatTurn.user("What is it?", PICTURE)));
            ask(model, PRUNED, turns.get(0));
            int rows = 0;
            for (ChatTurn next : List.of(
                    ChatTurn.user("And in this one?", OTHER),
                    ChatTurn.user("Which is larger?"),
                    ChatTurn.user("Why?"))) {
                turns.add(new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text("It is a red square."))));
                turns.add(next);
                GenerationRequest request = new GenerationRequest(turns, PRUNED, tokens());
                ObservedAnswer rerun = ask(fresh, request, "it");
                ObservedAnswer continued = ask(model, request, "it");
                assertThat(rerun.reuse().off()).isEqualTo("it is turned off");
                assertThat(continued.reuse().kind()).isEqualTo(Kind.CONTINUED);
                assertThat(continued.reuse().rowsReused()).isGreaterThan(rows);
                assertThat(continued.result().tokenIds())
                        .isEqualTo(rerun.result().tokenIds());
                assertThat(continued.kept()).isEqualTo(rerun.kept());
                rows = continued.reuse().rowsReused();
            }
            assertThat(model.prefixUse().prompts())
                    .as("each goes on from the one before")
                    .isEqualTo(1);
        }
    }

    @Test
    void whatStandsBeforePicturesIsSharedByAllLayers() {
        try (LoadedModel model = shared(TinyModels.qwen())) {
            ChatTurn system = new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text(SYSTEM.repeat(20))));
            ObservedAnswer first = ask(model, PRUNED, system, ChatTurn.user("What is it?", PICTURE));
            ObservedAnswer second = ask(model, PRUNED, system, ChatTurn.user("And this?", OTHER));
            assertThat(first.pictureStart).isGreaterThan(200);
            assertThat(second.reuse().rowsReused()).isEqualTo(first.pictureStart);
            assertThat(second.ran.tailMap(depth(model)).values())
                    .containsOnly(second.result().prefilledTokens() - first.pictureStart);

            ObservedAnswer text = ask(model, PRUNED, system, ChatTurn.user("What can you do for me today?"));
            assertThat(text.reuse().kind()).isEqualTo(Kind.PREFIX);
            assertThat(text.ran.values()).containsOnly(text.rows - text.reuse().rowsReused());
            ObservedAnswer again = ask(model, unpruned(), system, ChatTurn.user("Is it day or night?", OTHER));
            assertThat(again.reuse().rowsReused()).isGreaterThanOrEqualTo(first.pictureStart);
            try (LoadedModel fresh = LoadedModel.load(TinyModels.qwen().build())) {
                assertThat(ask(fresh, PRUNED, system, ChatTurn.user("And this?", OTHER))
                                .result()
                                .tokenIds())
                        .isEqualTo(second.result().tokenIds());
                assertThat(ask(fresh, PRUNED, system, ChatTurn.user("What can you do for me today?"))
                                .result()
                                .tokenIds())
                        .isEqualTo(text.result().tokenIds());
                assertThat(ask(fresh, unpruned(), system, ChatTurn.user("Is it day or night?", OTHER))
                                .result()
                                .tokenIds())
                        .isEqualTo(again.result().tokenIds());
            }
        }
    }

    @Test
    void rowsOfWhichOnlyKeysAndValuesAreThereAreNoneForLayersThatRunAllOfThem() {
        ChatTurn system = new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text(SYSTEM.repeat(20))));
        ChatTurn text = ChatTurn.user("What can you do for me today?");
        ChatTurn question = ChatTurn.user("What is it?", PICTURE);
        PruningOptions once = cuts("fastv at layer 2");
        PruningOptions twice = cuts("fastv at layer 2", "fastv at layer 3");
        PruningOptions looking = cuts("pyramid-drop at layer 2");
        try (LoadedModel fresh = LoadedModel.load(TinyModels.qwen().build())) {
            try (LoadedModel model = shared(TinyModels.qwen())) {
                ask(model, unpruned(), system, text);
                assertSame(ask(model, twice, system, question), ask(fresh, twice, system, question));
            }
            // What was taken over without its rows stands in for them in what is left then.
            for (PruningOptions next : List.of(looking, twice)) {
                try (LoadedModel model = shared(TinyModels.qwen())) {
                    ask(model, unpruned(), system, text);
                    assertThat(ask(model, once, system, question).reuse().kind())
                            .isEqualTo(Kind.PREFIX);
                    assertSame(ask(model, next, system, question), ask(fresh, next, system, question));
                    ObservedAnswer again = ask(model, once, system, ChatTurn.user("What is that?", PICTURE));
                    assertThat(again.reuse().rowsReused()).isGreaterThan(again.pictureEnd - 1);
                    assertSame(again, ask(fresh, once, system, ChatTurn.user("What is that?", PICTURE)));
                }
            }
        }
    }

    private static PruningOptions cuts(String... steps) {
        return PruningOptions.builder()
                .schedule(Arrays.stream(steps)
                        .map(step -> step.split(" at "))
                        .map(step -> PruningStep.builder(step[0])
                                .at(step[1])
                                .retentionRatio(0.5)
                                .build())
                        .toList())
                .build();
    }

    private static void assertSame(ObservedAnswer answer, ObservedAnswer fresh) {
        assertThat(answer.kept()).isEqualTo(fresh.kept());
        assertThat(answer.result().tokenIds()).isEqualTo(fresh.result().tokenIds());
        assertThat(answer.logits).usingComparatorWithPrecision(2e-4f).containsExactly(fresh.logits);
    }

    @Test
    void aPictureThatIsShownInAnotherSizeIsAnother() {
        ChatTurn whole = pictures(null);
        ChatTurn small = pictures(16);
        for (List<ChatTurn> order : List.of(List.of(whole, small), List.of(small, whole))) {
            try (LoadedModel fresh = LoadedModel.load(TinyModels.qwen()
                            .visionCache(VisionCacheOptions.off())
                            .build());
                    LoadedModel model = shared(TinyModels.qwen())) {
                for (ChatTurn turn : order) {
                    ObservedAnswer expected = ask(fresh, PRUNED, turn);
                    assertSame(ask(model, PRUNED, turn), expected);
                    assertSame(ask(model, PRUNED, turn), expected);
                }
            }
        }
    }

    /** Two pictures, the first of them with so many tokens at most. */
    private static ChatTurn pictures(@Nullable Integer most) {
        return new ChatTurn(
                Role.USER,
                List.of(
                        new ChatTurn.Picture(PICTURE, most),
                        new ChatTurn.Picture(OTHER),
                        new ChatTurn.Text("What is it?")));
    }

    @Thorough
    @TestCategory.Reference
    @Test
    void anAgentsListOfToolsOfTwoThousandRowsIsPrefilledOnce() {
        List<OfferedTool> tools = IntStream.range(0, 40)
                .mapToObj(number -> new OfferedTool(
                        new ToolShape(
                                "find_" + number,
                                "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\"}},\"required\":[\"word\"]}",
                                ToolShape.Arguments.STRICT),
                        "Looks for a word in the drawer of this number and tells what lies beside it"))
                .toList();
        try (LoadedModel model = shared(TinyModels.qwen())) {
            ToolOffer offer = new ToolOffer(tools, null);
            ObservedAnswer first = ask(model, offered(offer, ChatTurn.user("What is it?", PICTURE)), "it");
            int list = first.pictureStart;
            assertThat(list).isGreaterThan(2_000);
            ObservedAnswer second = ask(model, offered(offer, ChatTurn.user("And this?", OTHER)), "it");
            ObservedAnswer text = ask(model, offered(offer, ChatTurn.user("What can you do?")), "it");
            assertThat(second.reuse().rowsReused()).isEqualTo(list);
            assertThat(second.ran.headMap(depth(model)).values()).containsOnly(second.rows - list);
            assertThat(second.ran.tailMap(depth(model)).values())
                    .containsOnly(second.result().prefilledTokens() - list);
            assertThat(text.ran.values()).containsOnly(text.rows - text.reuse().rowsReused());
            assertThat(text.rows - text.reuse().rowsReused()).isLessThan(100);
            try (LoadedModel fresh = LoadedModel.load(TinyModels.qwen().build())) {
                assertThat(ask(fresh, offered(offer, ChatTurn.user("And this?", OTHER)), "it")
                                .result()
                                .tokenIds())
                        .isEqualTo(second.result().tokenIds());
            }
        }
    }

    private static GenerationRequest offered(ToolOffer tools, ChatTurn turn) {
        return new GenerationRequest(List.of(turn), PRUNED, tokens(), tools, null);
    }

    @Test
    void nothingElseThanTheSameBeginningIsTakenOver() {
        try (LoadedModel model = shared(TinyModels.qwen())) {
            ChatTurn question = ChatTurn.user("What is it?", PICTURE, OTHER);
            ask(model, PRUNED, question);
            ObservedAnswer same = ask(model, PRUNED, question);
            assertThat(same.reuse().rowsReused()).isEqualTo(same.rows - 1);

            ObservedAnswer otherSystem = ask(
                    model,
                    PRUNED,
                    new ChatTurn(Role.SYSTEM, List.of(new ChatTurn.Text("Shout."))),
                    ChatTurn.user("What is it?", PICTURE, OTHER));
            assertThat(otherSystem.reuse().kind()).isEqualTo(Kind.FEATURES);
            ObservedAnswer swapped = ask(model, PRUNED, ChatTurn.user("What is it?", OTHER, PICTURE));
            assertThat(swapped.reuse().rowsReused()).isLessThanOrEqualTo(swapped.pictureStart);
            // One layer less before the cut: what stands before the pictures is the same, their rows are others'.
            PruningOptions earlier = PruningOptions.builder()
                    .schedule(List.of(PruningStep.builder("fastv")
                            .at("layer 2")
                            .retentionRatio(0.5)
                            .build()))
                    .build();
            assertThat(ask(model, earlier, question).reuse().rowsReused()).isLessThanOrEqualTo(same.pictureStart);
            ObservedAnswer smaller = ask(
                    model,
                    PruningOptions.builder()
                            .schedule(List.of(
                                    PruningStep.builder("div-prune")
                                            .at("vision")
                                            .retentionRatio(0.5)
                                            .build(),
                                    PruningStep.builder("glimpse").build()))
                            .build(),
                    question);
            assertThat(smaller.reuse().rowsReused()).isLessThanOrEqualTo(same.pictureStart);
        }
    }

    @Test
    void aTextLeavesItsRowsWhereMoreThanAQuarterOfThemWasNew() {
        try (LoadedModel model = shared(TinyModels.qwen())) {
            String shared = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen ";
            ask(model, unpruned(), ChatTurn.user(shared + "and what comes behind these numbers of ours?"));
            ObservedAnswer other = ask(model, unpruned(), ChatTurn.user(shared + "but who has counted all of them?"));
            int rows = other.rows;
            assertThat(other.reuse().rowsReused()).isBetween(rows / 2 + 1, rows - rows / 4 - 1);
            ObservedAnswer alike = ask(model, unpruned(), ChatTurn.user(shared + "but who has counted all of it?"));
            assertThat(alike.reuse().rowsReused()).isGreaterThan(rows - rows / 4);
            long left = model.prefixUse().prompts();
            ask(model, unpruned(), ChatTurn.user(shared + "but who has counted all of us?"));
            assertThat(model.prefixUse().prompts())
                    .as("which was too little to keep")
                    .isEqualTo(left);
        }
    }

    @Test
    void sessionsShareNothingWithOthersNorWithThoseThatNameNone() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build())) {
            GenerationRequest request =
                    new GenerationRequest(List.of(ChatTurn.user("What is it?", PICTURE)), PRUNED, tokens());
            assertThat(ask(model, request, null).reuse().off()).isEqualTo("the request names no session");
            assertThat(model.prefixUse().prompts()).isZero();
            ask(model, request, "Anna");
            assertThat(ask(model, request, null).reuse().kind()).isEqualTo(Kind.FEATURES);
            assertThat(ask(model, request, "Bert").reuse().kind()).isEqualTo(Kind.FEATURES);
            assertThat(ask(model, request, "Anna").reuse().kind()).isEqualTo(Kind.PREFIX);
            assertThatThrownBy(() -> request.inSession(" "))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("session");
        }
    }

    @Test
    void otherCacheScopesShareNeitherImagesNorSessions() {
        GenerationRequest request =
                new GenerationRequest(List.of(ChatTurn.user("What is it?", PICTURE)), PRUNED, tokens());
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().build());
                LoadedModel shared = shared(TinyModels.qwen())) {
            assertThat(reuse(model, request.inCacheScope("first"), "chat")).isEqualTo(Kind.NONE);
            assertThat(reuse(model, request.inCacheScope("second"), "chat")).isEqualTo(Kind.NONE);
            assertThat(reuse(model, request, "chat")).isEqualTo(Kind.NONE);
            assertThat(reuse(model, request.inCacheScope("first"), null)).isEqualTo(Kind.FEATURES);
            assertThat(reuse(model, request.inCacheScope("second"), "chat")).isEqualTo(Kind.PREFIX);
            assertThat(reuse(model, request, null)).isEqualTo(Kind.FEATURES);
            assertThat(model.visionCacheUse().pictures()).isEqualTo(3);

            assertThat(reuse(shared, request.inCacheScope("first"), null)).isEqualTo(Kind.NONE);
            assertThat(reuse(shared, request.inCacheScope("second"), null)).isEqualTo(Kind.PREFIX);
            assertThat(shared.visionCacheUse().pictures()).isEqualTo(1);
            assertThatThrownBy(() -> request.inCacheScope(" "))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cache scope");
        }
    }

    private static Kind reuse(LoadedModel model, GenerationRequest request, @Nullable String session) {
        return ask(model, request, session).reuse().kind();
    }

    @Test
    void anotherModuleOrTypeHasAStoreOfItsOwn() {
        try (LoadedModel model = shared(TinyModels.qwen());
                LoadedModel without = shared(TinyModels.qwen().module(null));
                LoadedModel half = shared(TinyModels.qwen()
                        .load(LoadOptions.builder().dtype(Dtype.BFLOAT16).build()))) {
            ask(model, unpruned(), ChatTurn.user("What is it?", PICTURE));
            for (LoadedModel other : List.of(without, half)) {
                assertThat(ask(other, unpruned(), ChatTurn.user("What is it?", PICTURE))
                                .reuse()
                                .kind())
                        .isEqualTo(Kind.NONE);
            }
        }
    }

    @Test
    void aStrategyThatLooksAtTheQuestionBeforeTheDecoderTurnsItOff() {
        try (LoadedModel model = shared(TinyModels.qwen())) {
            PruningOptions conditional = PruningOptions.builder()
                    .schedule(List.of(PruningStep.builder("conditional-diversity")
                            .at("vision")
                            .retentionRatio(0.5)
                            .build()))
                    .build();
            for (int i = 0; i < 2; i++) {
                assertThat(ask(model, conditional, ChatTurn.user("What is it?", PICTURE))
                                .reuse()
                                .off())
                        .contains("conditional-diversity", "question");
            }
            assertThat(model.prefixUse().prompts()).isZero();
        }
    }

    @Test
    void layersWithAStateRunWithoutAndSaySo() {
        EngineOptions.Builder options = EngineOptions.builder(TinyModels.fixture("qwen3_5-tiny/model"))
                .runtime(TinyModels.qwen().build().runtime());
        try (LoadedModel model = shared(options)) {
            ask(model, unpruned(), ChatTurn.user("What is it?", PICTURE));
            ReuseReport reuse =
                    ask(model, unpruned(), ChatTurn.user("And this?", PICTURE)).reuse();
            assertThat(reuse.kind()).isEqualTo(Kind.FEATURES);
            assertThat(reuse.off()).contains("state");
        }
    }

    @Test
    void whatIsForgottenChangesNoAnswerAndRequestsThatRunComeFirst() {
        List<ChatTurn> questions = List.of(
                ChatTurn.user("What is it?", PICTURE),
                ChatTurn.user("What is it?", OTHER),
                ChatTurn.user("What is below it?", PICTURE),
                ChatTurn.user("What is above it?", OTHER, PICTURE));
        List<int[]> expected = new ArrayList<>();
        long size;
        try (LoadedModel model = shared(TinyModels.qwen())) {
            for (ChatTurn question : questions) {
                try (LoadedModel fresh = LoadedModel.load(TinyModels.qwen().build())) {
                    expected.add(ask(fresh, PRUNED, question).result().tokenIds());
                }
            }
            ask(model, PRUNED, questions.get(0));
            size = model.prefixUse().bytes();
            assertThat(model.memoryUse().remembered())
                    .isEqualTo(size + model.visionCacheUse().bytes());
        }
        PrefixCacheOptions small = new PrefixCacheOptions(2 * size, Duration.ofMinutes(5), Scope.APPLICATION);
        EngineOptions.Builder options = TinyModels.qwen()
                .prefixCache(small)
                .visionCache(VisionCacheOptions.off())
                .serving(ServingOptions.defaults().withMaxRunning(4));
        try (LoadedModel model = LoadedModel.load(options.build())) {
            int live = model.liveResources();
            List<CompletableFuture<Void>> callers = IntStream.range(0, 4)
                    .mapToObj(caller -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < 12; i++) {
                            int asked = (i + caller) % questions.size();
                            assertThat(ask(model, PRUNED, questions.get(asked))
                                            .result()
                                            .tokenIds())
                                    .isEqualTo(expected.get(asked));
                            assertThat(model.prefixUse().bytes()).isLessThanOrEqualTo(2 * size);
                        }
                    }))
                    .toList();
            callers.forEach(CompletableFuture::join);
            assertThat(model.liveResources()).isEqualTo(live);
            assertThat(model.memoryUse().remembered())
                    .isEqualTo(model.prefixUse().bytes());
            assertThat(model.memoryUse().reserved()).isZero();
        }
    }

    @Test
    void aFullBudgetForgetsForARequestThatRuns() {
        long budget;
        try (LoadedModel model = shared(TinyModels.qwen())) {
            PeakMemory peak = new PeakMemory(model);
            model.generate(
                    request(PRUNED, ChatTurn.user("What is it?", OTHER, PICTURE)),
                    GenerationListener.NONE,
                    new CancellationSignal(),
                    peak);
            budget = peak.reserved;
        }
        EngineOptions.Builder options = TinyModels.qwen()
                .visionCache(VisionCacheOptions.off())
                .serving(ServingOptions.defaults().withMemoryBudget(budget));
        try (LoadedModel model = shared(options)) {
            ask(model, PRUNED, ChatTurn.user("What is it?", PICTURE));
            assertThat(model.prefixUse().prompts()).isEqualTo(1);
            ask(model, PRUNED, ChatTurn.user("What is it?", OTHER, PICTURE));
            ObservedAnswer again = ask(model, PRUNED, ChatTurn.user("What is that?", PICTURE));
            assertThat(again.reuse().rowsReused()).isLessThanOrEqualTo(again.pictureStart);
        }
    }

    @Test
    void everythingGoesAfterItsTime() {
        PrefixCacheOptions brief = new PrefixCacheOptions(1 << 30, Duration.ofNanos(1), Scope.APPLICATION);
        try (LoadedModel model =
                LoadedModel.load(TinyModels.qwen().prefixCache(brief).build())) {
            ask(model, PRUNED, ChatTurn.user("What is it?", PICTURE));
            assertThat(ask(model, PRUNED, ChatTurn.user("What is that?", PICTURE))
                            .reuse()
                            .rowsReused())
                    .isZero();
            assertThat(model.prefixUse().bytes()).isZero();
        }
    }

    private static LoadedModel shared(EngineOptions.Builder options) {
        return LoadedModel.load(
                options.prefixCache(PrefixCacheOptions.defaults().withScope(Scope.APPLICATION))
                        .build());
    }

    private static int depth(LoadedModel model) {
        return model.schedule(PRUNED)
                .cuts()
                .get(0)
                .at()
                .layersRun(model.model().dimensions().layers());
    }

    private static PruningOptions unpruned() {
        return PruningOptions.builder().enabled(false).build();
    }

    private static GenerationOptions tokens() {
        return GenerationOptions.builder().maxOutputTokens(4).build();
    }

    private static GenerationRequest request(PruningOptions pruning, ChatTurn... turns) {
        return new GenerationRequest(List.of(turns), pruning, tokens());
    }

    private static ObservedAnswer ask(LoadedModel model, PruningOptions pruning, ChatTurn... turns) {
        return ask(model, request(pruning, turns), "it");
    }

    private static ObservedAnswer ask(LoadedModel model, GenerationRequest request, @Nullable String session) {
        return ObservedAnswer.ask(model, request.inSession(session));
    }

    private static final class PeakMemory implements StageObserver {

        private final LoadedModel model;
        private long reserved;

        private PeakMemory(LoadedModel model) {
            this.model = model;
        }

        @Override
        public void onPrompt(String prompt, PromptLayout layout) {
            reserved = 0;
        }

        @Override
        public void onVision(int image, io.github.glimpse.model.VisionFeatures features) {
            reserved = Math.max(reserved, model.memoryUse().reserved());
        }
    }
}
