package io.github.glimpse.constrain;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds the rule of an object to a grammar. Listed properties come in their order, others behind them. */
final class ObjectRule {

    private final GrammarBuilder grammar;
    private final JsonGrammar json;

    ObjectRule(GrammarBuilder grammar, JsonGrammar json) {
        this.grammar = grammar;
        this.json = json;
    }

    /** A property that is named. */
    record Property(String name, int rule, boolean required) {}

    /** Properties that are not: none has one of the listed names. */
    record Others(Collection<String> listed, int rule) {}

    void add(int start, List<Property> properties, @Nullable Others others) {
        int opened = grammar.text(start, "{");
        int end = grammar.state();
        grammar.accept(end);
        int closing = grammar.state();
        grammar.symbols(closing, '}', '}', end);
        int lastRequired = properties.size();
        while (lastRequired > 0 && !properties.get(lastRequired - 1).required()) {
            lastRequired--;
        }
        if (lastRequired == 0) {
            grammar.skip(opened, closing);
        }
        // From a place on, the next name is that of its property, or one behind if it may be left out.
        int[] places = new int[properties.size() + 1];
        for (int index = 0; index <= properties.size(); index++) {
            places[index] = grammar.state();
        }
        grammar.skip(opened, places[0]);
        for (int index = 0; index < properties.size(); index++) {
            Property property = properties.get(index);
            if (!property.required()) {
                grammar.skip(places[index], places[index + 1]);
            }
            int named = grammar.text(places[index], JsonText.quoted(property.name()));
            int behind = value(named, property.rule());
            if (index + 1 >= lastRequired) {
                grammar.skip(behind, closing);
            }
            grammar.skip(grammar.separator(behind, ","), places[index + 1]);
        }
        if (others != null) {
            int named = grammar.state();
            grammar.call(places[properties.size()], json.stringBut(others.listed()), named);
            int behind = value(named, others.rule());
            grammar.skip(behind, closing);
            grammar.skip(grammar.separator(behind, ","), places[properties.size()]);
        }
    }

    private int value(int named, int rule) {
        int behind = grammar.state();
        grammar.level(behind);
        grammar.call(grammar.separator(named, ":"), rule, behind);
        return behind;
    }
}
