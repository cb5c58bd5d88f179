package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.Conversation.Role;
import io.github.glimpse.examples.tiny.pages.Conversation.Said;
import io.github.glimpse.examples.tiny.pages.Conversation.Source;
import io.github.glimpse.examples.tiny.pages.Conversation.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Makes conversations about pages. The same arguments give the same turns. Safe for concurrent use. */
public final class ConversationMaker {

    static final Grammar INSTRUCTIONS = new Grammar("instructions.txt");
    private static final int MOST_FIELDS = 4;
    private static final int MOST_OPTIONS = 4;

    private final PageMaker maker;

    /** A maker of conversations about a painter's pages. */
    public ConversationMaker(PageMaker maker) {
        this.maker = maker;
    }

    /**
     * The conversation of a number.
     *
     * @param size of its pages
     */
    public Conversation make(Split split, Form form, PageSize size, long seed) {
        PageRequest request = new PageRequest(split, PageRequest.Mix.PANELS, size, seed);
        Dice dice = new Dice(Dice.mix(request.dice().next() ^ form.name().hashCode()));
        if (form == Form.ZOOM) {
            return new ZoomTalk(maker, dice).make(request);
        }
        if (form == Form.DRAWING) {
            return dice.pick(drawings(split, size, seed, Integer.MAX_VALUE));
        }
        List<DrawnPage> pages = new ArrayList<>(List.of(page(maker, request, dice)));
        Talk talk = new Talk(split, dice, pages);
        switch (form) {
            case QUESTION -> talk.ask(0, "", talk.any(0));
            case LATER_TURN -> {
                for (int i = dice.between(1, 3); i >= 0; i--) {
                    talk.ask(0, "", talk.any(0));
                }
            }
            case TWO_PAGES -> {
                talk.ask(0, "", talk.any(0));
                pages.add(page(maker, new PageRequest(split, PageRequest.Mix.PANELS, size, seed + 1), dice));
                talk.ask(1, "", talk.any(1));
                if (dice.chance(0.5)) {
                    talk.ask(0, "In the first picture: ", talk.any(0));
                }
            }
            case RETRIEVED -> talk.retrieved();
            case FORMAT -> talk.formatted();
            case RECORD -> talk.record();
            case OPTIONS -> talk.options();
            case CITATION -> talk.citation();
            case DRAWING, ZOOM -> throw new IllegalStateException("It has pages of its own");
        }
        return new Conversation(form, pages, talk.turns);
    }

    /**
     * Single questions about one page, each a conversation of its own: the page and what the system says are the same in all.
     *
     * @param most how many; fewer where the page has fewer facts
     */
    public List<Conversation> questions(Split split, PageSize size, long seed, int most) {
        Conversation first = make(split, Form.QUESTION, size, seed);
        DrawnPage page = first.pages().get(0);
        Dice dice = new Dice(Dice.mix(page.request().dice().next() ^ seed));
        List<Fact> facts = new ArrayList<>(page.facts());
        dice.shuffle(facts);
        List<Conversation> questions = new ArrayList<>();
        for (Fact fact : facts.subList(0, Math.min(most, facts.size()))) {
            Talk talk = new Talk(split, dice, first.pages());
            talk.turns.clear();
            first.turns().stream().filter(turn -> turn.role() == Role.SYSTEM).forEach(talk.turns::add);
            talk.ask(0, "", fact);
            questions.add(new Conversation(Form.QUESTION, first.pages(), talk.turns));
        }
        return questions;
    }

    /**
     * Single questions about one drawing of the first edition, in its own words, each a conversation of its own.
     *
     * @param most how many; fewer where there are fewer
     */
    public List<Conversation> drawings(Split split, PageSize size, long seed, int most) {
        PageRequest request = new PageRequest(split, PageRequest.Mix.DRAWING, size, seed);
        FirstEditionPage drawn = FirstEditionPage.draw(request);
        Dice dice = new Dice(Dice.mix(request.dice().next() ^ seed));
        List<FirstEditionPage.Asked> asked = new ArrayList<>(drawn.asked());
        dice.shuffle(asked);
        return asked.subList(0, Math.min(most, asked.size())).stream()
                .map(question -> {
                    Turn user = new Turn(Role.USER, List.of(0), List.of(new Said(question.text(), false)));
                    Turn answer = new Turn(Role.ASSISTANT, List.of(), List.of(said(0, question.fact())));
                    return new Conversation(Form.DRAWING, List.of(drawn.page()), List.of(user, answer));
                })
                .toList();
    }

    /** A page about which something can be asked: a few have nothing on them. */
    static DrawnPage page(PageMaker maker, PageRequest request, Dice dice) {
        PageRequest next = request;
        DrawnPage page = maker.draw(next);
        while (page.facts().stream().filter(ConversationMaker::isRead).count() < 2) {
            next = new PageRequest(request.split(), request.mix(), request.size(), dice.next() >>> 5);
            page = maker.draw(next);
        }
        return page;
    }

    static boolean isRead(Fact fact) {
        return fact.outcome() == Fact.Outcome.ANSWERED && !fact.words().isEmpty();
    }

    /** The answer to a fact of a page. */
    static Said said(int page, Fact fact) {
        return new Said(Phrasebook.answer(fact), isRead(fact), new Source(page, fact));
    }

    /** What a system message says. */
    static String system(Split split, Dice dice) {
        return INSTRUCTIONS.pick("SYSTEM", split, dice);
    }

    /** One conversation in the making. */
    private static final class Talk {

        private final Split split;
        private final Dice dice;
        private final List<DrawnPage> pages;
        private final List<Turn> turns = new ArrayList<>();
        private final List<Integer> shown = new ArrayList<>();

        Talk(Split split, Dice dice, List<DrawnPage> pages) {
            this.split = split;
            this.dice = dice;
            this.pages = pages;
            if (dice.chance(0.3)) {
                String text = system(split, dice);
                turns.add(new Turn(Role.SYSTEM, List.of(), List.of(new Said(text, false))));
            }
        }

        Fact any(int page) {
            return dice.pick(pages.get(page).facts());
        }

        private Fact any(Predicate<Fact> wanted) {
            return dice.pick(pages.get(0).facts().stream().filter(wanted).toList());
        }

        private void user(int page, String text) {
            List<Integer> images = shown.contains(page) ? List.of() : List.of(page);
            shown.addAll(images);
            turns.add(new Turn(Role.USER, images, List.of(new Said(text, false))));
        }

        private void say(List<Said> said) {
            turns.add(new Turn(Role.ASSISTANT, List.of(), said));
        }

        private static Said read(String text, Fact fact) {
            return new Said(text, true, new Source(0, fact));
        }

        /** A question, in training now and then with words around it that mean nothing for the answer. */
        private String asked(Fact fact) {
            String question = Phrasebook.ask(fact, split, dice);
            if (split != Split.TRAIN || !dice.chance(0.25)) {
                return question;
            }
            int where = dice.below(3);
            String before = where == 0 ? "" : say("BEFORE") + " ";
            return before + question + (where == 1 ? "" : " " + say("BEHIND"));
        }

        private String say(String use) {
            return INSTRUCTIONS.pick(use, split, dice);
        }

        /** A question and how its answer is to look, mostly behind it. */
        private String instructed(Fact fact, String instruction) {
            String question = asked(fact);
            return dice.chance(0.2) ? instruction + " " + question : question + " " + instruction;
        }

        void ask(int page, String front, Fact fact) {
            user(page, front + asked(fact));
            say(List.of(said(page, fact)));
        }

        /** Text in front that tells a value the page does not have, and now and then one that has nothing to do with the question. */
        void retrieved() {
            String key = Words.any(split, Words.Use.KEY, 0.1, dice);
            boolean there = pages.get(0).facts().stream()
                    .anyMatch(fact -> key.equals(fact.places().get("key"))
                            || key.equals(fact.places().get("label")));
            String value = Words.value(split, dice);
            String text = say("NOTE").replace("{key}", key).replace("{value}", value);
            String filler = say("ASIDE")
                    .replace("{item}", Words.any(split, Words.Use.ITEM, 0, dice))
                    .replace("{name}", dice.pick(Words.of(split, Words.Use.NAME)));
            String between = dice.pick(List.of(" ", "\n"));
            String front =
                    say("FRONT") + (dice.chance(0.5) ? text + between + filler : filler + between + text) + "\n\n";
            if (!there && dice.chance(0.5)) {
                Fact asked = Fact.answered(Fact.Kind.VALUE, Map.of("key", key), value, List.of(), List.of());
                user(0, front + asked(asked));
                say(List.of(new Said(value, true)));
            } else {
                Fact fact = any(other -> !key.equals(other.places().get("key")));
                user(0, front + asked(fact));
                say(List.of(said(0, fact)));
            }
        }

        void formatted() {
            Fact fact = any(ConversationMaker::isRead);
            String answer = fact.answer();
            switch (dice.below(4)) {
                case 0 -> {
                    user(0, instructed(fact, say("CAPITALS")));
                    say(List.of(read(answer.toUpperCase(Locale.ROOT), fact)));
                }
                case 1 -> {
                    String field = say("FIELD");
                    user(0, instructed(fact, say("JSON").replace("{field}", field)));
                    String front = "{\"" + field + "\": \"";
                    say(List.of(new Said(front, false), read(json(answer), fact), new Said("\"}", false)));
                }
                case 2 -> {
                    user(0, instructed(fact, say("SENTENCE")));
                    say(List.of(new Said("It is ", false), read(answer, fact), new Said(".", false)));
                }
                default -> {
                    user(0, instructed(fact, say("VALUE")));
                    say(List.of(read(answer, fact)));
                }
            }
        }

        /** Fields of a form or the like into a document; what is absent becomes null. */
        void record() {
            Map<String, Fact> fields = new LinkedHashMap<>();
            List<Fact> facts = new ArrayList<>(pages.get(0).facts());
            dice.shuffle(facts);
            int most = dice.between(2, MOST_FIELDS);
            for (Fact fact : facts) {
                String word = fact.places().getOrDefault("key", fact.places().getOrDefault("label", ""));
                boolean field = fact.kind() == Fact.Kind.VALUE || fact.kind() == Fact.Kind.BAR;
                if (field && fields.size() < most) {
                    fields.put(word.replace(' ', '_'), fact);
                }
            }
            if (fields.isEmpty()) {
                ask(0, "", any(0));
                return;
            }
            List<Said> said = new ArrayList<>();
            fields.forEach((name, fact) -> {
                said.add(new Said((said.isEmpty() ? "{" : ", ") + "\"" + name + "\": ", false));
                addValue(fact, said);
            });
            said.add(new Said("}", false));
            boolean complete = fields.values().stream().allMatch(fact -> fact.outcome() == Fact.Outcome.ANSWERED);
            String schema = Surroundings.schema(fields.keySet(), !complete || dice.chance(0.5));
            if (dice.chance(0.6)) {
                describe(schema);
                user(0, say("RECORD"));
            } else {
                user(
                        0,
                        say("SCHEMA")
                                .replace(
                                        "{schema}",
                                        schema.replace("\":", "\": ").replace(",", ", ")));
            }
            say(said);
        }

        /** Behind the system text, as the library tells a model of the schema of a request. */
        private void describe(String schema) {
            String described = Surroundings.described(schema);
            boolean alone = turns.isEmpty() || turns.get(0).role() != Role.SYSTEM;
            String text = alone ? described : turns.remove(0).text() + "\n\n" + described;
            turns.add(0, new Turn(Role.SYSTEM, List.of(), List.of(new Said(text, false))));
        }

        private static void addValue(Fact fact, List<Said> said) {
            if (fact.outcome() == Fact.Outcome.ANSWERED) {
                said.addAll(List.of(new Said("\"", false), read(json(fact.answer()), fact), new Said("\"", false)));
            } else {
                said.add(new Said("null", false));
            }
        }

        /** The right answer among others that stand on the page or could. */
        void options() {
            Fact fact = any(other -> other.outcome() == Fact.Outcome.ANSWERED);
            List<String> options = new ArrayList<>(List.of(fact.answer()));
            List<Fact> others = new ArrayList<>(pages.get(0).facts());
            dice.shuffle(others);
            for (Fact other : others) {
                if (other.kind() == fact.kind()
                        && other.outcome() == Fact.Outcome.ANSWERED
                        && options.size() < MOST_OPTIONS
                        && !options.contains(other.answer())) {
                    options.add(other.answer());
                }
            }
            while (options.size() < 2) {
                String made = Words.value(split, dice);
                if (!options.contains(made)) {
                    options.add(made);
                }
            }
            dice.shuffle(options);
            user(0, asked(fact) + " " + say("OPTIONS").replace("{options}", String.join(", ", options)));
            say(List.of(said(0, fact)));
        }

        void citation() {
            Fact fact = any(other -> isRead(other) || other.outcome() == Fact.Outcome.ABSENT);
            user(0, instructed(fact, say("CITATION")));
            if (fact.outcome() == Fact.Outcome.ABSENT) {
                say(List.of(new Said("{\"answer\": null, \"quote\": null, \"found\": false}", false)));
                return;
            }
            say(List.of(
                    new Said("{\"answer\": \"", false),
                    read(json(fact.answer()), fact),
                    new Said("\", \"quote\": \"", false),
                    new Said(json(pages.get(0).quote(fact)), true, new Source(0, fact)),
                    new Said("\", \"found\": true}", false)));
        }

        private static String json(String text) {
            return text.replace("\\", "\\\\").replace("\"", "\\\"");
        }
    }
}
