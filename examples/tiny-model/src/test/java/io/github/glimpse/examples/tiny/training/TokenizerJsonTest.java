package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerJsonTest {

    private static final int PICTURES = 200;

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        Files.writeString(
                folder.resolve("tokenizer.json"), TokenizerJson.write().toString());
        tokenizer = Tokenizer.load(folder);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void cutsEveryQuestionAsTheVocabularyDoes() {
        Set<String> seen = new LinkedHashSet<>();
        for (Split split : new Split[] {Split.TRAIN, Split.TEST}) {
            for (int i = 0; i < PICTURES; i++) {
                for (Question question : drawing(split, i).questions()) {
                    seen.add(question.text());
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(800);
        for (String text : seen) {
            assertThat(tokenizer.encode(tokenizer.guard(text))).as(text).isEqualTo(Vocabulary.question(text));
        }
    }

    @Test
    void cutsWhatNobodyTrainedAsTheVocabularyDoes() {
        for (String text : new String[] {
            "What's the TOTAL?!",
            "12:30 am, $4.50 (or 5%)",
            "naïve café – 北京 🦊",
            "  many   blanks\tand\nlines ",
            "I cannot tell from this picture.",
            "<0x41> <|im_end|> <b>",
            ""
        }) {
            assertThat(tokenizer.encode(tokenizer.guard(text))).as(text).isEqualTo(Vocabulary.question(text));
        }
    }

    @Test
    void spellsEveryAnswerBack() {
        for (int i = 0; i < PICTURES; i++) {
            for (Question question : drawing(Split.TRAIN, i).questions()) {
                assertThat(tokenizer.decode(Vocabulary.answer(question))).isEqualTo(question.answer());
            }
        }
    }

    @Test
    void knowsTheMarksOfTheChat() {
        assertThat(tokenizer.encode("<|im_start|>user <|vision_start|><|image_pad|><|vision_end|> total<|im_end|>"))
                .isEqualTo(new int[] {
                    Vocabulary.id("<|im_start|>"),
                    Vocabulary.id("user"),
                    Vocabulary.id("<|vision_start|>"),
                    Vocabulary.id("<|image_pad|>"),
                    Vocabulary.id("<|vision_end|>"),
                    Vocabulary.id("total"),
                    Vocabulary.id("<|im_end|>")
                });
        assertThat(tokenizer.vocabularySize()).isEqualTo(Vocabulary.all().size());
    }

    private static Drawing drawing(Split split, int number) {
        return Studio.draw(DrawingRequest.nth(split, FacePool.SEEN, number));
    }
}
