package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Picture;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Text;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.NoisePicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left out of a conversation's history, on both families: as little as it takes, never of the newest message. */
class HistoryIT {

    private static final int LIMIT = 500;
    private static final String NOTE = LeftOut.PICTURE.note();
    private static final GenerationOptions ONE_TOKEN =
            GenerationOptions.builder().maxOutputTokens(1).build();

    enum Family {
        QWEN("<|image_pad|>"),
        LLAVA("<image>");

        private final String placeholder;

        Family(String placeholder) {
            this.placeholder = placeholder;
        }

        EngineOptions.Builder options() {
            return this == QWEN ? TinyModels.qwen() : TinyModels.llava();
        }
    }

    /** An answer and the prompt that led to it. */
    private record Answered(GenerationResult result, String prompt, int[] ids) {

        HistoryReport history() {
            return result.history();
        }

        int count(String what) {
            return prompt.split(Pattern.quote(what), -1).length - 1;
        }
    }

    private static Answered ask(LoadedModel model, List<ChatTurn> turns, PruningOptions pruning) {
        List<String> prompts = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        StageObserver observer = new StageObserver() {
            @Override
            public void onPrompt(String prompt, PromptLayout layout) {
                prompts.add(prompt);
                ids.add(layout.ids());
            }
        };
        GenerationResult result = model.generate(
                new GenerationRequest(turns, pruning, ONE_TOKEN),
                GenerationListener.NONE,
                new CancellationSignal(),
                observer);
        return new Answered(result, prompts.get(prompts.size() - 1), ids.get(ids.size() - 1));
    }

    private static Answered ask(LoadedModel model, List<ChatTurn> turns) {
        return ask(model, turns, PruningOptions.defaults());
    }

    private static ChatTurn answer(String text) {
        return new ChatTurn(Role.ASSISTANT, List.of(new Text(text)));
    }

    private static final ChatTurn SYSTEM = new ChatTurn(Role.SYSTEM, List.of(new Text("Be brief.")));

    private static byte[] picture(int seed) {
        return NoisePicture.png(new Random(seed), 170, 40);
    }

    /** Questions 0 to {@code questions} - 1 with a picture each, all but the last answered. */
    private static List<ChatTurn> chat(int questions) {
        List<ChatTurn> turns = new ArrayList<>();
        for (int i = 0; i < questions; i++) {
            turns.add(ChatTurn.user("question " + i + "?", picture(i)));
            turns.add(answer("answer " + i + "."));
        }
        return turns.subList(0, turns.size() - 1);
    }

    @ParameterizedTest
    @EnumSource
    void aConversationInsideTheLimitsIsUnchanged(Family family) {
        List<ChatTurn> turns = new ArrayList<>(List.of(SYSTEM));
        turns.addAll(chat(8));
        try (LoadedModel model = LoadedModel.load(family.options().build());
                LoadedModel strict = LoadedModel.load(
                        family.options().history(HistoryMode.REFUSE).build())) {
            Answered kept = ask(model, turns);
            Answered asItIs = ask(strict, turns);

            assertThat(kept.prompt()).isEqualTo(asItIs.prompt());
            assertThat(kept.ids()).isEqualTo(asItIs.ids());
            assertThat(kept.result().text()).isEqualTo(asItIs.result().text());
            assertThat(kept.history().isWhole()).isTrue();
            // LLaVA's template has no place for system text.
            assertThat(kept.history().repairs())
                    .isEqualTo(family == Family.LLAVA ? List.of("system text into the first user message") : List.of());
            // Exactly at the limit, and one below it.
            int tokens = kept.ids().length;
            assertThat(model.countTokens(turns)).isEqualTo(tokens);
            try (LoadedModel exact = LoadedModel.load(
                            family.options().maxInputTokens(tokens).build());
                    LoadedModel below = LoadedModel.load(
                            family.options().maxInputTokens(tokens - 1).build())) {
                assertThat(ask(exact, turns).ids()).isEqualTo(asItIs.ids());
                HistoryReport shortened = ask(below, turns).history();
                assertThat(shortened)
                        .isEqualTo(new HistoryReport(1, 0, 0, kept.history().repairs(), List.of()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void earlierPicturesAboveTheLimitBecomeNotesTheOldestFirst(Family family) {
        try (LoadedModel model = LoadedModel.load(family.options().build());
                LoadedModel strict = LoadedModel.load(
                        family.options().history(HistoryMode.REFUSE).build())) {
            Answered kept = ask(model, chat(11));

            assertThat(kept.history()).isEqualTo(new HistoryReport(3, 0, 0));
            assertThat(kept.prompt())
                    .contains(NOTE + "\nquestion 0?", NOTE + "\nquestion 2?", "question 10?")
                    .doesNotContain(NOTE + "\nquestion 3?");
            assertThat(kept.result().report().images()).hasSize(8);
            assertThatThrownBy(() -> ask(strict, chat(9)))
                    .isInstanceOf(UnsupportedContentException.class)
                    .hasMessageContainingAll("9 images", "limit is 8");
            byte[][] nine = IntStream.range(0, 9).mapToObj(HistoryIT::picture).toArray(byte[][]::new);
            assertThatThrownBy(() -> ask(model, List.of(ChatTurn.user("?", nine))))
                    .isInstanceOf(UnsupportedContentException.class)
                    .hasMessageContainingAll("9 images", "limit is 8");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTooLongHistoryIsShortenedAndTheSystemMessageStays(Family family) {
        try (LoadedModel model = LoadedModel.load(
                family.options().maxImages(100).maxInputTokens(LIMIT).build())) {
            for (int questions : new int[] {1, 4, 8, 40}) {
                List<ChatTurn> turns = new ArrayList<>(List.of(SYSTEM));
                turns.addAll(chat(questions));

                Answered kept = ask(model, turns);

                assertThat(kept.ids()).hasSizeLessThanOrEqualTo(LIMIT);
                assertThat(kept.prompt()).contains("question " + (questions - 1) + "?");
                if (family == Family.QWEN) {
                    // LLaVA's template drops system messages.
                    assertThat(kept.prompt()).contains("Be brief.");
                }
                HistoryReport history = kept.history();
                int shown = questions - history.leftOutPictures();
                assertThat(kept.result().report().images()).hasSize(shown);
                assertThat(shown).isGreaterThanOrEqualTo(1);
                // Whole exchanges, and the oldest.
                assertThat(history.leftOutMessages() % 2).isZero();
                int first = history.leftOutMessages() / 2;
                assertThat(kept.prompt()).contains("question " + first + "?");
                if (first > 0) {
                    assertThat(kept.prompt())
                            .doesNotContain("question " + (first - 1) + "?", "answer " + (first - 1) + ".");
                }
                if (questions == 40) {
                    assertThat(first).isPositive();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFurtherQuestionStillSeesTheLastPicture(Family family) {
        try (LoadedModel model =
                LoadedModel.load(family.options().maxInputTokens(LIMIT).build())) {
            List<ChatTurn> turns = new ArrayList<>(chat(40));
            turns.add(answer("answer 39"));
            turns.add(ChatTurn.user("What else?"));

            Answered kept = ask(model, turns);

            assertThat(kept.prompt()).contains("question 39?").doesNotContain(NOTE + "\nquestion 39?");
            assertThat(kept.count(family.placeholder)).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNewestMessageThatIsTooLongIsRefused(Family family) {
        try (LoadedModel model =
                LoadedModel.load(family.options().maxInputTokens(LIMIT).build())) {
            List<ChatTurn> turns = new ArrayList<>(chat(3));
            turns.add(answer("answer 2"));
            turns.add(ChatTurn.user("word ".repeat(2 * LIMIT)));

            assertThatThrownBy(() -> ask(model, turns))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("the limit is " + LIMIT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatWasRefusedForItsLengthGoesAlone(Family family) {
        try (LoadedModel model =
                LoadedModel.load(family.options().maxInputTokens(LIMIT).build())) {
            Answered kept = ask(
                    model,
                    List.of(
                            ChatTurn.user("first?"),
                            answer("one"),
                            ChatTurn.user("word ".repeat(2 * LIMIT)),
                            ChatTurn.user("last?")));

            assertThat(kept.history()).isEqualTo(new HistoryReport(0, 0, 1));
            assertThat(kept.prompt()).contains("first?", "one", "last?").doesNotContain("word");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEarlierPictureThatCannotBeDecodedIsANote(Family family) {
        byte[] good = picture(1);
        byte[] noPicture = {1, 2, 3};
        // The header is whole, the pixels are not.
        byte[] cut = Arrays.copyOf(good, good.length / 2);
        try (LoadedModel model = LoadedModel.load(family.options().build());
                LoadedModel strict = LoadedModel.load(
                        family.options().history(HistoryMode.REFUSE).build())) {
            for (byte[] bad : List.of(noPicture, cut)) {
                List<ChatTurn> refused =
                        List.of(ChatTurn.user("first?", good), answer("one"), ChatTurn.user("bad?", bad));
                List<ChatTurn> later = new ArrayList<>(refused);
                later.add(ChatTurn.user("last?", picture(2)));

                assertThatThrownBy(() -> ask(model, refused))
                        .isInstanceOf(InvalidImageException.class)
                        .hasMessageContaining("Image 2 of 2");
                assertThatThrownBy(() -> ask(strict, later))
                        .isInstanceOf(InvalidImageException.class)
                        .hasMessageContaining("Image 2 of 3");
                Answered kept = ask(model, later);
                assertThat(kept.history()).isEqualTo(new HistoryReport(1, 0, 0));
                assertThat(kept.prompt()).contains(NOTE + "\nbad?").doesNotContain(NOTE + "\nfirst?");
                assertThat(kept.result().report().images()).hasSize(2);
                int live = model.liveResources();
                assertThat(ask(model, later).history()).isEqualTo(new HistoryReport(1, 0, 0));
                assertThat(model.liveResources()).isEqualTo(live);
                if (family == Family.QWEN) {
                    PruningOptions twoScales =
                            PruningOptions.builder().strategy("foveate").build();
                    assertThat(ask(model, later, twoScales).history()).isEqualTo(new HistoryReport(1, 0, 0));
                }
            }
        }
    }

    @Test
    void aTemplateThatWantsRolesToAlternateGetsAllOfAConversationOrRefusesIt(@TempDir Path folder) throws IOException {
        Path model = TinyModels.qwen().build().model();
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        Path template = folder.resolve("chat_template.json");
        String strict = "{%- for m in messages -%}{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
                + "{{ raise_exception('roles must alternate') }}{%- endif -%}{%- endfor -%}";
        Files.writeString(
                template,
                Files.readString(template).replace("\"chat_template\": \"", "\"chat_template\": \"" + strict));
        try (LoadedModel alternating =
                LoadedModel.load(EngineOptions.builder(folder).build())) {
            Answered kept = ask(
                    alternating,
                    List.of(
                            SYSTEM,
                            ChatTurn.user("never answered?"),
                            ChatTurn.user("answered?"),
                            answer("yes"),
                            ChatTurn.user("last?")));

            assertThat(kept.prompt()).contains("Be brief.\n\nnever answered?\n\nanswered?", "yes", "last?");
            assertThat(kept.history().isWhole()).isTrue();
            assertThat(kept.history().repairs())
                    .containsExactly("equal roles merged", "system text into the first user message");
            assertThatThrownBy(() -> ask(
                            alternating,
                            List.of(answer("whose question a window has dropped"), ChatTurn.user("last?"))))
                    .isInstanceOf(InvalidConversationException.class)
                    .hasMessageContaining("roles must alternate");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWorkForAVeryLongHistoryGrowsWithItsTextOnly(Family family) {
        try (LoadedModel model =
                LoadedModel.load(family.options().maxInputTokens(LIMIT).build())) {
            List<ChatTurn> turns = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                turns.add(ChatTurn.user("A question of some ten words that nobody asks, number " + i + "?"));
                turns.add(answer("no"));
            }
            turns.add(new ChatTurn(Role.USER, List.of(new Picture(picture(1)), new Text("last?"))));
            ask(model, turns);

            GenerationResult result = ask(model, turns).result();

            assertThat(result.history().leftOutMessages()).isGreaterThan(3_500);
        }
    }
}
