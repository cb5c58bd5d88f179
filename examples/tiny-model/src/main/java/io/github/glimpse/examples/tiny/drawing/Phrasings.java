package io.github.glimpse.examples.tiny.drawing;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How questions are put. A name in braces is a place to fill: {@code {key}}, {@code {colour}} and {@code {shape}} (each
 * also with a 2), {@code {letter}}, {@code {shapes}}, {@code {side}}, and {@code {a}} for the article. Held-out phrasings use
 * no word that is not trained.
 */
public final class Phrasings {

    private static final Map<QuestionKind, List<String>> TRAINED = new EnumMap<>(Map.ofEntries(
            Map.entry(
                    QuestionKind.DOC,
                    List.of(
                            "what is the {key}",
                            "what's the {key}",
                            "how much is the {key}",
                            "read the {key}",
                            "tell me the {key}",
                            "give me the {key}",
                            "find the {key}",
                            "which {key} is shown",
                            "what {key} is on the receipt",
                            "what is written for {key}",
                            "what does it say for {key}",
                            "what is the value of the {key}",
                            "what does the receipt show for the {key}",
                            "please read the {key} in the picture",
                            "can you read the {key}",
                            "{key}")),
            Map.entry(
                    QuestionKind.SIGN,
                    List.of(
                            "what does the {colour} sign say",
                            "read the {colour} sign",
                            "what is written on the {colour} sign",
                            "what is on the {colour} plate",
                            "what code is on the {colour} sign",
                            "tell me the code on the {colour} plate",
                            "which text is on the {colour} sign",
                            "which code does the {colour} plate show",
                            "what is the code of the {colour} sign",
                            "please tell me what is on the {colour} plate",
                            "give me the text of the {colour} sign")),
            Map.entry(
                    QuestionKind.BAR,
                    List.of(
                            "what is the value of {letter}",
                            "what is the value of bar {letter}",
                            "how high is bar {letter}",
                            "what number is above {letter}",
                            "what number is above the letter {letter}",
                            "read the bar {letter}",
                            "how much is {letter}",
                            "which number does bar {letter} have",
                            "what is the number for {letter}",
                            "tell me the value of {letter}",
                            "give me the number of bar {letter}",
                            "what does bar {letter} show")),
            Map.entry(
                    QuestionKind.COLOUR,
                    List.of(
                            "what colour is the {shape}",
                            "what color is the {shape}",
                            "which colour does the {shape} have",
                            "which color has the {shape}",
                            "tell me the colour of the {shape}",
                            "what is the color of the {shape}",
                            "the {shape} has which colour",
                            "give me the color of the {shape}")),
            Map.entry(
                    QuestionKind.SHAPE,
                    List.of(
                            "what shape is {colour}",
                            "which shape is {colour}",
                            "what is the {colour} shape",
                            "what is the {colour} thing",
                            "which {colour} shape is there",
                            "tell me the shape that is {colour}",
                            "what kind of shape is {colour}",
                            "what shape does the {colour} thing have")),
            Map.entry(
                    QuestionKind.EXISTS,
                    List.of(
                            "is there {a} {colour} {shape}",
                            "is there any {colour} {shape}",
                            "can you see {a} {colour} {shape}",
                            "do you see {a} {colour} {shape}",
                            "does the picture have {a} {colour} {shape}",
                            "does it show {a} {colour} {shape}",
                            "does it have any {colour} {shape}",
                            "do you find {a} {colour} {shape}",
                            "can you see any {colour} {shape}",
                            "tell me is there {a} {colour} {shape}",
                            "is {a} {colour} {shape} shown",
                            "is there any {shape} that is {colour}",
                            "is any {shape} {colour}",
                            "is {a} {colour} {shape} in the picture",
                            "is any {colour} {shape} in the picture",
                            "does it show any {colour} {shape}",
                            "does it have {a} {colour} {shape}",
                            "does the picture have any {colour} {shape}",
                            "do you see any {colour} {shape}",
                            "do you find any {colour} {shape} in the picture",
                            "can you see {a} {colour} {shape} in the picture",
                            "do you see {a} {colour} {shape} in the picture",
                            "tell me is there any {colour} {shape} in the picture")),
            Map.entry(
                    QuestionKind.COUNT,
                    List.of(
                            "how many {shapes} are there",
                            "count the {shapes}",
                            "how many {shapes} do you see",
                            "tell me how many {shapes} are in the picture")),
            Map.entry(
                    QuestionKind.RELATION,
                    List.of(
                            "is the {colour} {shape} {side} the {colour2} {shape2}",
                            "do you see the {colour} {shape} {side} the {colour2} {shape2}",
                            "tell me is the {colour} {shape} {side} the {colour2} {shape2}")),
            Map.entry(
                    QuestionKind.HIGHEST,
                    List.of(
                            "which bar is the highest",
                            "which letter has the highest number",
                            "what is the highest bar",
                            "tell me the highest bar",
                            "which bar has the largest value")),
            Map.entry(
                    QuestionKind.LOWEST,
                    List.of(
                            "which bar is the lowest",
                            "which letter has the lowest number",
                            "what is the lowest bar",
                            "tell me the lowest bar",
                            "which bar has the smallest value")),
            Map.entry(
                    QuestionKind.UNANSWERABLE,
                    List.of(
                            "who are you",
                            "what is the weather",
                            "where is the dog",
                            "how old is the man",
                            "describe the picture",
                            "what is in the picture",
                            "tell me a story",
                            "who is the woman",
                            "why is it so dark",
                            "is the house big",
                            "what does the man say",
                            "how many people are there",
                            "write a letter",
                            "where was it"))));

    private static final Map<QuestionKind, List<String>> HELD_OUT = new EnumMap<>(Map.ofEntries(
            Map.entry(
                    QuestionKind.DOC,
                    List.of(
                            "what is the {key} on the receipt",
                            "please tell me the {key}",
                            "what does the receipt say for {key}",
                            "what is written for the {key}",
                            "can you find the {key}",
                            "which value does the {key} have",
                            "please give me the value of the {key}")),
            Map.entry(
                    QuestionKind.SIGN,
                    List.of(
                            "what does the {colour} plate say",
                            "read the code on the {colour} sign",
                            "please read the {colour} plate",
                            "which text is written on the {colour} sign",
                            "can you tell me the code of the {colour} plate")),
            Map.entry(
                    QuestionKind.BAR,
                    List.of(
                            "which number is above bar {letter}",
                            "how much is bar {letter}",
                            "what value does {letter} have",
                            "please read the value of bar {letter}",
                            "what is the number above {letter}")),
            Map.entry(
                    QuestionKind.COLOUR,
                    List.of(
                            "which colour is the {shape}",
                            "please tell me the color of the {shape}",
                            "what color does the {shape} have",
                            "what is the colour of the {shape}")),
            Map.entry(
                    QuestionKind.SHAPE,
                    List.of(
                            "which thing is {colour}",
                            "tell me what shape is {colour}",
                            "what is the shape that is {colour}",
                            "what kind of shape is the {colour} thing")),
            Map.entry(
                    QuestionKind.EXISTS,
                    List.of(
                            "is there {a} {colour} {shape} in the picture",
                            "can you find {a} {colour} {shape}",
                            "does the picture show {a} {colour} {shape}")),
            Map.entry(QuestionKind.COUNT, List.of("how many {shapes} are in the picture", "please count the {shapes}")),
            Map.entry(QuestionKind.RELATION, List.of("can you see the {colour} {shape} {side} the {colour2} {shape2}")),
            Map.entry(
                    QuestionKind.HIGHEST,
                    List.of("which letter has the highest bar", "which bar has the highest value")),
            Map.entry(
                    QuestionKind.LOWEST, List.of("which letter has the lowest bar", "which bar has the lowest value")),
            Map.entry(
                    QuestionKind.UNANSWERABLE,
                    List.of(
                            "where is the man",
                            "how old are you",
                            "describe the weather",
                            "who is in the house",
                            "why is the dog so big",
                            "please write a story"))));

    /** Words that a question can do without. */
    static final Set<String> FILLERS = Set.of(
            "can", "do", "does", "find", "give", "in", "is", "it", "me", "of", "on", "picture", "please", "read",
            "receipt", "say", "see", "show", "shown", "tell", "the", "there", "what", "which", "written", "you");

    private Phrasings() {}

    /** Whether no split may train it. */
    static boolean heldOut(String phrasing) {
        return HELD_OUT.values().stream().anyMatch(all -> all.contains(phrasing));
    }

    /** What may stand in the places {@code key}, {@code colour} and {@code shape}. */
    public static Map<String, List<String>> places() {
        return Map.of(
                "key", Keys.ALL.stream().map(Keys.Key::word).toList(),
                "colour", Colours.NAMES,
                "shape", Stream.of(ShapeKind.values()).map(ShapeKind::word).toList());
    }

    /** The phrasings of a kind that a split may use. */
    public static List<String> of(QuestionKind kind, Split split) {
        Map<QuestionKind, List<String>> all =
                switch (split) {
                    case TRAIN, VALIDATION -> TRAINED;
                    case TEST -> HELD_OUT;
                };
        return all.getOrDefault(kind, List.of());
    }
}
