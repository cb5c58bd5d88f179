package io.github.glimpse.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncrementalDecoderTest {

    /** Ends a hang; no measure of speed. */
    private static final Duration HANG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private static List<String> pieces(Tokenizer tokenizer, int... ids) {
        IncrementalDecoder decoder = new IncrementalDecoder(tokenizer);
        List<String> pieces = new ArrayList<>();
        for (int id : ids) {
            pieces.add(decoder.append(id));
        }
        pieces.add(decoder.finish());
        return pieces;
    }

    private static Tokenizer qwen() {
        return Tokenizer.load(TextFixtures.resource(TextFixtures.QWEN));
    }

    private static Tokenizer llava() {
        return Tokenizer.load(TextFixtures.resource(TextFixtures.LLAVA));
    }

    @Test
    void releasesWholeCharactersOnly() {
        try (Tokenizer tokenizer = qwen()) {
            int[] ids = tokenizer.encode("é🙂你!");
            List<String> pieces = pieces(tokenizer, ids);

            assertThat(pieces).contains("🙂", "你", "!", "");
            assertThat(String.join("", pieces)).isEqualTo("é🙂你!");
            assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
        }
    }

    @Test
    void leavesSpecialTokensOut() {
        try (Tokenizer tokenizer = qwen()) {
            int[] ids = tokenizer.encode("a<|im_end|>b");

            assertThat(pieces(tokenizer, ids)).containsExactly("a", "", "b", "");
        }
    }

    @Test
    void joinsACharacterAcrossASpecialToken() {
        try (Tokenizer tokenizer = qwen()) {
            int[] smile = tokenizer.encode("🙂");
            int[] ids = {smile[0], smile[1], 702, smile[2], smile[3]};

            assertThat(String.join("", pieces(tokenizer, ids))).isEqualTo("🙂");
        }
    }

    @Test
    void releasesInvalidBytesOnceTheyAreCertain() {
        try (Tokenizer tokenizer = qwen()) {
            int[] smile = tokenizer.encode("🙂");
            int letter = tokenizer.encode("a")[0];

            assertThat(pieces(tokenizer, smile[0], letter)).containsExactly("", "\uFFFDa", "");
            assertThat(pieces(tokenizer, letter, smile[0], smile[1])).containsExactly("a", "", "", "\uFFFD");
        }
    }

    @Test
    void keepsBlanksExceptTheOneAtTheBeginning() {
        try (Tokenizer tokenizer = llava()) {
            int[] ids = tokenizer.encode("the cat  is");
            int[] answer = Arrays.copyOfRange(ids, 1, ids.length);

            assertThat(String.join("", pieces(tokenizer, answer))).isEqualTo("the cat  is");
        }
    }

    @Test
    void holdsARunOfBytesUntilItEnds() {
        try (Tokenizer tokenizer = llava()) {
            int[] ids = tokenizer.encode("x🙂y");
            List<String> pieces = pieces(tokenizer, ids);

            assertThat(String.join("", pieces)).isEqualTo("x🙂y");
            assertThat(pieces).contains("🙂y");
        }
    }

    @Test
    void canBeUsedAgainAfterTheEnd() {
        try (Tokenizer tokenizer = llava()) {
            int[] ids = tokenizer.encode("the cat");
            IncrementalDecoder decoder = new IncrementalDecoder(tokenizer);
            StringBuilder text = new StringBuilder();
            for (int round = 0; round < 2; round++) {
                for (int id : ids) {
                    text.append(decoder.append(id));
                }
                text.append(decoder.finish()).append('|');
            }
            assertThat(text).hasToString("the cat|the cat|");
            assertThat(decoder.finish()).isEmpty();
        }
    }

    @Test
    void equalsTheFullDecodeOnRandomIds() {
        try (Tokenizer qwen = qwen();
                Tokenizer llava = llava();
                Tokenizer unigram = TinyTokenizers.load(folder, TinyTokenizers.UNIGRAM);
                Tokenizer wordPiece = TinyTokenizers.load(folder, TinyTokenizers.WORD_PIECE);
                Tokenizer suffix = TinyTokenizers.load(folder, TinyTokenizers.BPE_SUFFIX)) {
            for (Tokenizer tokenizer : List.of(qwen, llava, unigram, wordPiece, suffix)) {
                equalsTheFullDecode(tokenizer);
            }
        }
    }

    /** Some rounds use few ids only, so that runs of bytes, of blanks and of broken characters come up. */
    private static void equalsTheFullDecode(Tokenizer tokenizer) {
        Random random = new Random(1234);
        for (int round = 0; round < 2_000; round++) {
            int from = random.nextInt(tokenizer.vocabularySize());
            int range = random.nextBoolean() ? tokenizer.vocabularySize() : 1 + random.nextInt(12);
            int[] ids = random.ints(random.nextInt(80), 0, range)
                    .map(id -> (from + id) % (tokenizer.vocabularySize() + 3))
                    .toArray();
            String whole = tokenizer.decode(ids);
            IncrementalDecoder decoder = new IncrementalDecoder(tokenizer);
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(decoder.append(id));
                assertThat(whole).startsWith(text);
            }
            assertThat(text.append(decoder.finish())).hasToString(whole);
        }
    }

    @Test
    void takesTheSameTimePerIdInALongAnswer() {
        try (Tokenizer qwen = qwen();
                Tokenizer llava = llava()) {
            Random random = new Random(5);
            int brokenByte = qwen.encode("🙂")[0];
            int blank = llava.idOf("▁").orElseThrow();
            int anyByte = llava.idOf("<0xF0>").orElseThrow();
            streams(qwen, () -> random.nextInt(700));
            streams(qwen, () -> brokenByte);
            streams(llava, () -> random.nextInt(500));
            streams(llava, () -> blank);
            streams(llava, () -> anyByte);
        }
    }

    private static void streams(Tokenizer tokenizer, IntSupplier ids) {
        int[] answer = new int[40_000];
        Arrays.setAll(answer, index -> ids.getAsInt());
        assertTimeoutPreemptively(HANG, () -> assertThat(String.join("", pieces(tokenizer, answer)))
                .isEqualTo(tokenizer.decode(answer)));
    }
}
