package io.github.glimpse.constrain;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds the rule of an object to a grammar. Listed properties are written in their order, others after them. */
final class ObjectRule {

    private final GrammarBuilder grammar;
    private final MemberSpelling spelling;

    ObjectRule(GrammarBuilder grammar, MemberSpelling spelling) {
        this.grammar = grammar;
        this.spelling = spelling;
    }

    /** A property that is named. */
    record Property(String name, int rule, boolean required) {}

    /** Properties that are not: none has one of the listed names. */
    record Others(Collection<String> listed, int rule) {}

    void add(int start, List<Property> properties, @Nullable Others others) {
        int opened = spelling.open(start);
        int closing = grammar.state();
        grammar.accept(spelling.close(closing));
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
            int behind = value(spelling.key(places[index], property.name()), property.rule());
            if (index + 1 >= lastRequired) {
                grammar.skip(behind, closing);
            }
            grammar.skip(spelling.between(behind), places[index + 1]);
        }
        if (others != null) {
            int named = spelling.otherKey(places[properties.size()], others.listed());
            int behind = value(named, others.rule());
            grammar.skip(behind, closing);
            grammar.skip(spelling.between(behind), places[properties.size()]);
        }
    }

    private int value(int named, int rule) {
        int behind = grammar.state();
        grammar.level(behind);
        grammar.call(named, rule, behind);
        return spelling.afterValue(behind);
    }
}
