package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Wording;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What chats have around the first edition's questions, in the trained wordings of conversations. Safe for concurrent use. */
public final class Surroundings {

    /** The form of the library's page answers about one page. */
    public static final String CITATION_SCHEMA =
            "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"found\":{\"const\":true},"
                    + "\"answer\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":400},"
                    + "\"page\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1},"
                    + "\"box\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000},\"minItems\":4,\"maxItems\":4},"
                    + "\"quote\":{\"type\":\"string\",\"maxLength\":400}},"
                    + "\"required\":[\"found\",\"answer\",\"page\",\"box\",\"quote\"],\"additionalProperties\":false},"
                    + "{\"type\":\"object\",\"properties\":{\"found\":{\"const\":false}},\"required\":[\"found\"],"
                    + "\"additionalProperties\":false}]}";

    /** What it asks beside the question. */
    private static final String CITATION =
            "Answer from the page above, as JSON: found, answer, page (its number), box (left, top, right, bottom of the"
                    + " answer on the page, each from 0 to 1000), quote (the words on the page that say so). If they do not answer, {\"found\": false}.";

    private static final int MOST_OPTIONS = 4;

    private Surroundings() {}

    /** A system message of so many sentences that changes no answer. */
    public static String system(int sentences, Dice dice) {
        List<String> texts = new ArrayList<>(List.of(say("SYSTEM", dice)));
        while (texts.size() < sentences) {
            texts.add(one(() -> say("SYSTEM", dice), dice));
        }
        return String.join(" ", texts);
    }

    /**
     * The question with words around it: such as mean nothing for the answer, names of pages, texts that do not answer it, or how the answer is to look.
     *
     * @param others further questions about the picture; some of their answers stand beside the right one where options are given
     */
    public static Question around(Question question, List<Question> others, Dice dice) {
        return switch (dice.below(9)) {
            case 0, 1 -> with(question, say("BEFORE", dice) + " " + question.text());
            case 2 -> with(question, question.text() + " " + say("BEHIND", dice));
            case 3 -> with(question, instructed(question, say("VALUE", dice), dice));
            case 4 -> question.kind().reads() ? capitals(question, dice) : behind(question, 2, dice);
            case 5 -> options(question, others, dice);
            case 6 -> with(question, pageNames(dice) + question.text());
            default -> behind(question, 2, dice);
        };
    }

    /**
     * The question behind texts that do not answer it, one of which tells the value of something else.
     *
     * @param sentences of the texts, at least 2
     */
    public static Question behind(Question question, int sentences, Dice dice) {
        String asked = question.places().getOrDefault("key", "");
        String key = otherKey(asked, dice);
        String value = Words.value(Split.TRAIN, dice);
        return with(question, noted(key, value, question.text(), asked, sentences, dice));
    }

    /**
     * A question that a text in front answers, of a key that is not on the drawing: nothing of the picture bears on it.
     *
     * @param sentences of the text, that of the answer counted, at least 2
     */
    public static Question told(Drawing drawing, int sentences, Dice dice) {
        List<String> known = Objects.requireNonNull(Phrasings.places().get("key"));
        String key;
        do {
            key = dice.chance(0.6) ? dice.pick(known) : Words.any(Split.TRAIN, Words.Use.KEY, 0.1, dice);
        } while (drawing.shows(key));
        Map<String, String> places = Map.of("key", key);
        String value = Repertoire.FIRST.value(Split.TRAIN, dice);
        String question = dice.chance(0.5)
                ? new Wording(Split.TRAIN, dice).of(QuestionKind.DOC, places)
                : Phrasebook.ask(
                        Fact.answered(Fact.Kind.VALUE, places, value, List.of(), List.of()), Split.TRAIN, dice);
        return new Question(
                QuestionKind.DOC,
                noted(key, value, question, key, sentences, dice),
                places,
                value,
                List.of(),
                List.of());
    }

    /** A wish for a record whose schema the model knows. */
    public static String record(Dice dice) {
        return say("RECORD", dice);
    }

    /** A wish for a record, with its schema. */
    public static String record(String schema, Dice dice) {
        return say("SCHEMA", dice)
                .replace("{schema}", schema.replace("\":", "\": ").replace(",", ", "));
    }

    /** A question whose answer is to say where it stands, as the library asks it of a page. */
    public static String cited(String question, Dice dice) {
        return cited(pageName(dice), question);
    }

    /** The same of a page with this name. */
    public static String cited(String page, String question) {
        return "Page 1 (" + page + "): " + CITATION + "\n" + question;
    }

    /** What the library tells a model of the schema of a request, behind the system text. */
    public static String described(String schema) {
        return "Answer with JSON that is valid for this JSON schema:\n" + schema;
    }

    /** A schema of texts, as the library writes it. */
    public static String schema(Collection<String> names, boolean nullable) {
        String type = nullable ? "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}" : "{\"type\":\"string\"}";
        return names.stream()
                        .map(name -> "\"" + name + "\":" + type)
                        .collect(Collectors.joining(",", "{\"type\":\"object\",\"properties\":{", "}"))
                + names.stream().collect(Collectors.joining("\",\"", ",\"required\":[\"", "\"]}"));
    }

    private static String say(String use, Dice dice) {
        return ConversationMaker.INSTRUCTIONS.pick(use, Split.TRAIN, dice);
    }

    private static Question with(Question question, String text) {
        return new Question(
                question.kind(), text, question.places(), question.answer(), question.evidence(), question.pointers());
    }

    /** Names of one page or more, as the library puts them beside the pages that it has found. */
    private static String pageNames(Dice dice) {
        StringBuilder names = new StringBuilder();
        for (int i = dice.pick(List.of(1, 1, 1, 2, 3)); i > 0; i--) {
            names.append(pageName(dice)).append(":\n");
        }
        return names.toString();
    }

    private static String pageName(Dice dice) {
        return (dice.chance(0.4) ? any(Words.Use.HEADING, dice) + "/" : "")
                + any(dice.pick(List.of(Words.Use.HEADING, Words.Use.ITEM, Words.Use.NAME)), dice)
                + (dice.chance(0.5) ? dice.pick(List.of("-", "_", "")) + dice.between(1, 2039) : "")
                + dice.pick(List.of(".pdf", ".pdf", ".pdf", ".png", ".jpg"))
                + ", page "
                + (int) Math.pow(200, dice.uniform(0, 1));
    }

    private static String any(Words.Use use, Dice dice) {
        return Words.any(Split.TRAIN, use, 0.2, dice).replace(' ', '-');
    }

    private static String instructed(Question question, String instruction, Dice dice) {
        return dice.chance(0.2) ? instruction + " " + question.text() : question.text() + " " + instruction;
    }

    /** A question behind texts that tell the value of a key and of others, but of the asked one only if it is that key. */
    private static String noted(String key, String value, String question, String asked, int sentences, Dice dice) {
        List<String> texts = new ArrayList<>();
        texts.add(note(key, value, dice));
        texts.add(aside(dice));
        while (texts.size() < sentences) {
            texts.add(one(() -> note(otherKey(asked, dice), Words.value(Split.TRAIN, dice), dice), dice));
        }
        dice.shuffle(texts);
        return say("FRONT", dice) + String.join(dice.chance(0.8) ? " " : "\n", texts) + "\n\n" + question;
    }

    /** A sentence of a long text: one in four is of a kind of its own. */
    private static String one(Supplier<String> ofItsOwn, Dice dice) {
        return switch (dice.below(4)) {
            case 0 -> ofItsOwn.get();
            case 1 -> aside(dice);
            default -> words(dice);
        };
    }

    private static String otherKey(String asked, Dice dice) {
        String key;
        do {
            key = Words.any(Split.TRAIN, Words.Use.KEY, 0.1, dice);
        } while (key.equals(asked));
        return key;
    }

    private static String note(String key, String value, Dice dice) {
        return say("NOTE", dice).replace("{key}", key).replace("{value}", value);
    }

    private static String aside(Dice dice) {
        return say("ASIDE", dice)
                .replace("{item}", Words.any(Split.TRAIN, Words.Use.ITEM, 0, dice))
                .replace("{name}", dice.pick(Words.of(Split.TRAIN, Words.Use.NAME)));
    }

    /** Words that make no sense, as long as a sentence. */
    private static String words(Dice dice) {
        List<String> words = new ArrayList<>();
        int count = dice.between(4, 12);
        while (words.size() < count) {
            words.add(
                    dice.chance(0.5)
                            ? say("WORD", dice)
                            : Words.any(Split.TRAIN, dice.pick(List.of(Words.Use.values())), 0.3, dice));
        }
        return String.join(" ", words) + ".";
    }

    private static Question capitals(Question question, Dice dice) {
        return new Question(
                question.kind(),
                instructed(question, say("CAPITALS", dice), dice),
                question.places(),
                question.answer().toUpperCase(Locale.ROOT),
                question.evidence(),
                question.pointers().stream()
                        .map(read -> new Question.Pointer(Character.toUpperCase(read.character()), read.cell()))
                        .toList());
    }

    /** A question without an answer gets none. */
    private static Question options(Question question, List<Question> others, Dice dice) {
        if (question.evidence().isEmpty()) {
            return question;
        }
        List<String> options = new ArrayList<>(List.of(question.answer()));
        for (Question other : others) {
            boolean alike = other.kind() == question.kind() && !other.evidence().isEmpty();
            if (alike && options.size() < MOST_OPTIONS && !options.contains(other.answer())) {
                options.add(other.answer());
            }
        }
        while (options.size() < 2) {
            String made = Words.value(Split.TRAIN, dice);
            if (!options.contains(made)) {
                options.add(made);
            }
        }
        dice.shuffle(options);
        return with(
                question,
                question.text() + " " + say("OPTIONS", dice).replace("{options}", String.join(", ", options)));
    }
}
