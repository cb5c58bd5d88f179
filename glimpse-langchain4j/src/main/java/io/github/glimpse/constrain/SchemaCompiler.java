package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.constrain.JsonGrammar.Bound;
import io.github.glimpse.constrain.SchemaNode.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes rules of a grammar from schemas.
 *
 * <p>A rule belongs to a set of schemas that hold together: a schema, what it refers to, and its {@code allOf}. Where one
 * of several may hold, the set is one set for each. Schemas of a property or an item come together the same way, so that
 * merging needs no schema that is not written down, and recursion ends.
 */
final class SchemaCompiler {

    /** Ways of choosing among alternatives, for one value. */
    private static final int MOST_ALTERNATIVES = 2_000;

    /** Each is a call within another: all of them have to fit a small stack. */
    private static final int MOST_NESTED = 2_000;

    private final SchemaReader reader;
    private final JsonStyle style;
    private final GrammarBuilder grammar;
    private final JsonGrammar json;
    private final SchemaCheck check;
    private final Map<List<Integer>, Integer> rules = new HashMap<>();
    private final Set<Integer> disjoint;

    /** Rules that have a beginning and nothing behind it yet: recursion by calls would be as deep as references lead. */
    private final Deque<Pending> pending = new ArrayDeque<>();

    private record Pending(List<SchemaNode> schemas, int start) {}

    SchemaCompiler(JsonNode schema, JsonStyle style, GrammarBuilder grammar) {
        this(schema, style, grammar, new JsonGrammar(grammar, style));
    }

    /** Makes rules of values in another spelling. */
    SchemaCompiler(JsonNode schema, JsonStyle style, GrammarBuilder grammar, JsonGrammar json) {
        this(new SchemaReader(schema, grammar.work()), style, grammar, json, new HashSet<>());
    }

    private SchemaCompiler(
            SchemaReader reader, JsonStyle style, GrammarBuilder grammar, JsonGrammar json, Set<Integer> disjoint) {
        this.reader = reader;
        this.style = style;
        this.grammar = grammar;
        this.disjoint = disjoint;
        this.json = json;
        check = new SchemaCheck(reader, grammar.work());
    }

    /** The rule of the whole schema. */
    int root() {
        return whole(List.of(reader.root()));
    }

    private int whole(List<SchemaNode> schemas) {
        int start = rule(schemas);
        fillPending();
        return start;
    }

    private void fillPending() {
        while (!pending.isEmpty()) {
            Pending next = pending.pop();
            fill(next.schemas(), next.start());
        }
    }

    /** Makes the rule of a property's value. */
    interface PropertyRule {

        /**
         * The rule.
         *
         * @param name of the property; null for those that are not listed
         * @param schemas that the value has to satisfy
         */
        int of(@Nullable String name, List<SchemaNode> schemas);
    }

    /** The rule of the root's members in another spelling, with other rules of their values. */
    int members(MemberSpelling spelling, PropertyRule values) {
        int start = grammar.state();
        for (List<SchemaNode> alternative : alternatives(List.of(reader.root()))) {
            if (values(alternative) == null && kinds(alternative).contains(Kind.OBJECT)) {
                addObject(alternative, start, spelling, values);
            }
        }
        fillPending();
        return start;
    }

    /** Whether the root takes nothing but objects. */
    boolean takesObjectsOnly() {
        return alternatives(reader.root(), new HashSet<>()).stream()
                .flatMap(alternative -> kinds(alternative).stream())
                .allMatch(kind -> kind == Kind.OBJECT);
    }

    private int rule(List<SchemaNode> schemas) {
        List<Integer> key =
                schemas.stream().map(node -> node.number).sorted().distinct().toList();
        Integer known = rules.get(key);
        if (known != null) {
            return known;
        }
        int start = grammar.state();
        rules.put(key, start);
        pending.push(new Pending(schemas, start));
        return start;
    }

    private void fill(List<SchemaNode> schemas, int start) {
        grammar.work().at(schemas.get(0).pointer);
        List<JsonNode> values = new ArrayList<>();
        for (List<SchemaNode> alternative : alternatives(schemas)) {
            List<JsonNode> listed = values(alternative);
            if (listed != null) {
                values.addAll(listed);
            } else {
                addKinds(alternative, kinds(alternative), start);
            }
        }
        if (!values.isEmpty()) {
            grammar.skip(start, json.literals(values));
        }
    }

    /** Sets of schemas of which one has to hold where all of these do. */
    List<List<SchemaNode>> alternatives(List<SchemaNode> schemas) {
        List<List<SchemaNode>> alternatives = List.of(List.of());
        for (SchemaNode schema : schemas) {
            alternatives = both(alternatives, alternatives(schema, new HashSet<>()));
        }
        return alternatives;
    }

    /** Sets of schemas of which one has to hold as a whole. A schema that asks for itself at once has none. */
    private List<List<SchemaNode>> alternatives(SchemaNode node, Set<SchemaNode> asking) {
        grammar.work().steps(20);
        if (node.never || !asking.add(node)) {
            return List.of();
        }
        if (asking.size() > MOST_NESTED) {
            throw new InvalidConstraintException("The JSON schema has more than " + MOST_NESTED
                    + " schemas within each other for one value, by allOf, anyOf, oneOf and $ref; nest less of them");
        }
        List<List<SchemaNode>> result = List.of(List.of(node));
        for (SchemaNode each : node.allOf) {
            result = both(result, alternatives(each, asking));
        }
        if (node.reference != null) {
            result = both(result, alternatives(reader.target(node), asking));
        }
        for (List<SchemaNode> choice : node.choices) {
            List<List<SchemaNode>> any = new ArrayList<>();
            for (SchemaNode each : choice) {
                any.addAll(alternatives(each, asking));
            }
            result = both(result, any);
        }
        if (node.oneOf != null) {
            requireDisjoint(node, node.oneOf);
        }
        asking.remove(node);
        return result;
    }

    private List<List<SchemaNode>> both(List<List<SchemaNode>> left, List<List<SchemaNode>> right) {
        List<List<SchemaNode>> result = new ArrayList<>();
        for (List<SchemaNode> each : left) {
            for (List<SchemaNode> other : right) {
                Set<SchemaNode> all = new LinkedHashSet<>(each);
                all.addAll(other);
                grammar.work().steps(all.size());
                result.add(List.copyOf(all));
                if (result.size() > MOST_ALTERNATIVES) {
                    throw new InvalidConstraintException("The JSON schema has more than " + MOST_ALTERNATIVES
                            + " alternatives for one value; say less with anyOf and oneOf");
                }
            }
        }
        return result;
    }

    /**
     * What is valid for two of them could be written under either: it is refused unless that is impossible. What they
     * say of smaller values may rely on this itself.
     */
    private void requireDisjoint(SchemaNode owner, List<SchemaNode> branches) {
        if (!disjoint.add(owner.number)) {
            return;
        }
        List<List<List<SchemaNode>>> each = branches.stream()
                .map(branch -> alternatives(branch, new HashSet<>()))
                .toList();
        for (int left = 0; left < branches.size(); left++) {
            for (int right = left + 1; right < branches.size(); right++) {
                if (!areDistinct(each.get(left), each.get(right))
                        && mayBothHold(List.of(branches.get(left), branches.get(right)))) {
                    throw SchemaReader.refused(
                            "oneOf",
                            owner.pointer,
                            "has branches (number " + (left + 1) + " and "
                                    + (right + 1)
                                    + ") that are not certain to exclude each other; write anyOf, or tell them"
                                    + " apart by a required property with a const");
                }
            }
        }
    }

    /** Whether their values are of other kinds, or a property that must be there has other values. */
    private boolean areDistinct(List<List<SchemaNode>> left, List<List<SchemaNode>> right) {
        return both(left, right).stream().allMatch(schemas -> {
            Set<Kind> kinds = kinds(schemas);
            return kinds.isEmpty()
                    || (kinds.equals(EnumSet.of(Kind.OBJECT))
                            && schemas.stream()
                                    .flatMap(schema -> schema.required.stream())
                                    .anyMatch(name -> hasNoValue(schemas, name)));
        });
    }

    private boolean hasNoValue(List<SchemaNode> schemas, String name) {
        List<SchemaNode> own = schemas.stream()
                .map(schema -> schema.properties.get(name))
                .filter(Objects::nonNull)
                .toList();
        List<JsonNode> values = values(own);
        return values != null && values.isEmpty();
    }

    private boolean mayBothHold(List<SchemaNode> branches) {
        GrammarBuilder scratch = new GrammarBuilder(grammar.work());
        grammar.work().steps(2_000);
        int rule =
                new SchemaCompiler(reader, style, scratch, new JsonGrammar(scratch, style), disjoint).whole(branches);
        return !Grammar.isEmpty(scratch, rule);
    }

    /** What the schemas list; null if none of them does. */
    @Nullable
    List<JsonNode> values(List<SchemaNode> schemas) {
        for (SchemaNode schema : schemas) {
            if (schema.values != null) {
                return schema.values.stream()
                        .filter(value -> schemas.stream()
                                .allMatch(each -> each == schema
                                        ? check.acceptsButValues(each, value)
                                        : check.acceptsOwn(each, value)))
                        .toList();
            }
        }
        return null;
    }

    static Set<Kind> kinds(List<SchemaNode> schemas) {
        Set<Kind> kinds = EnumSet.allOf(Kind.class);
        for (SchemaNode schema : schemas) {
            Set<Kind> own = EnumSet.copyOf(schema.kinds);
            if (own.contains(Kind.NUMBER)) {
                own.add(Kind.INTEGER);
            }
            kinds.retainAll(own);
        }
        if (kinds.contains(Kind.NUMBER)) {
            kinds.remove(Kind.INTEGER);
        }
        return kinds;
    }

    /** Adds values of some kinds, and what they end with ends the rule. */
    void addKinds(List<SchemaNode> schemas, Set<Kind> kinds, int start) {
        for (Kind kind : kinds) {
            switch (kind) {
                case NULL -> grammar.skip(start, json.constants("null"));
                case BOOLEAN -> grammar.skip(start, json.constants("true", "false"));
                case INTEGER, NUMBER -> grammar.skip(start, number(schemas, kind));
                case STRING -> addString(schemas, start);
                case ARRAY -> addArray(schemas, start);
                case OBJECT ->
                    addObject(schemas, start, json.members(), (name, all) -> all.isEmpty() ? json.value() : rule(all));
            }
        }
    }

    private int number(List<SchemaNode> schemas, Kind kind) {
        Bound least = null;
        Bound most = null;
        for (SchemaNode schema : schemas) {
            least = SchemaReader.higher(least, schema.least);
            most = SchemaReader.lower(most, schema.most);
        }
        boolean free = least == null && most == null;
        if (kind == Kind.INTEGER) {
            return free ? json.integer() : json.integer(least, most);
        }
        return free ? json.number() : json.number(least, most);
    }

    private void addString(List<SchemaNode> schemas, int start) {
        int least = schemas.stream().mapToInt(each -> each.minLength).max().orElse(0);
        int most = schemas.stream().mapToInt(each -> each.maxLength).min().orElse(TextPattern.UNLIMITED);
        if (least > most) {
            return;
        }
        TextAutomaton texts = texts(schemas);
        if (texts == null) {
            grammar.skip(start, json.string(least, most));
        } else {
            grammar.skip(start, json.string(ofLength(texts, least, most)));
        }
    }

    private TextAutomaton ofLength(TextAutomaton texts, int least, int most) {
        boolean anyLength = least == 0 && most == TextPattern.UNLIMITED;
        return anyLength ? texts : texts.and(TextAutomaton.length(least, most, grammar.work()), grammar.work());
    }

    /** Contents of a string that satisfies the schemas; none if no length does. */
    Optional<TextAutomaton> contents(List<SchemaNode> schemas) {
        int least = schemas.stream().mapToInt(each -> each.minLength).max().orElse(0);
        int most = schemas.stream().mapToInt(each -> each.maxLength).min().orElse(TextPattern.UNLIMITED);
        if (least > most) {
            return Optional.empty();
        }
        TextAutomaton texts = texts(schemas);
        return Optional.of(
                texts == null ? TextAutomaton.length(least, most, grammar.work()) : ofLength(texts, least, most));
    }

    private @Nullable TextAutomaton texts(List<SchemaNode> schemas) {
        TextAutomaton texts = null;
        for (SchemaNode schema : schemas) {
            for (TextAutomaton each : schema.texts) {
                texts = texts == null ? each : texts.and(each, grammar.work());
            }
        }
        return texts;
    }

    private void addArray(List<SchemaNode> schemas, int start) {
        int least = schemas.stream().mapToInt(each -> each.minItems).max().orElse(0);
        int most = schemas.stream().mapToInt(each -> each.maxItems).min().orElse(TextPattern.UNLIMITED);
        int counted =
                schemas.stream().mapToInt(each -> each.prefixItems.size()).max().orElse(0);
        if (least > most) {
            return;
        }
        List<Integer> first = new ArrayList<>();
        for (int index = 0; index < counted; index++) {
            first.add(item(schemas, index));
        }
        int begin = grammar.state();
        grammar.skip(start, begin);
        new ArrayRule(grammar).add(begin, first, item(schemas, counted), least, most);
    }

    private int item(List<SchemaNode> schemas, int index) {
        List<SchemaNode> all = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            SchemaNode own = index < schema.prefixItems.size() ? schema.prefixItems.get(index) : schema.items;
            if (own != null) {
                all.add(own);
            }
        }
        return all.isEmpty() ? json.value() : rule(all);
    }

    private void addObject(List<SchemaNode> schemas, int start, MemberSpelling spelling, PropertyRule values) {
        Set<String> required = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        boolean silent = true;
        boolean lists = false;
        for (SchemaNode schema : schemas) {
            required.addAll(schema.required);
            names.addAll(schema.properties.keySet());
            silent &= schema.additional == null;
            lists |= schema.listsProperties;
        }
        names.addAll(required);
        boolean closed = silent && lists && style.unlisted() == JsonStyle.Unlisted.FORBIDDEN;
        Map<String, Integer> properties = new LinkedHashMap<>();
        for (String name : names) {
            property(schemas, name, closed, values).ifPresent(rule -> properties.put(name, rule));
        }
        if (!properties.keySet().containsAll(required)) {
            return;
        }
        List<ObjectRule.Property> rule = new ArrayList<>();
        properties.forEach((name, value) -> rule.add(new ObjectRule.Property(name, value, required.contains(name))));
        ObjectRule.Others others = closed
                ? null
                : property(schemas, null, false, values)
                        .map(value -> new ObjectRule.Others(names, value))
                        .orElse(null);
        int begin = grammar.state();
        grammar.skip(start, begin);
        new ObjectRule(grammar, spelling).add(begin, rule, others);
    }

    /** The rule of a property's value; none if there may be no such property. */
    private Optional<Integer> property(
            Collection<SchemaNode> schemas, @Nullable String name, boolean closed, PropertyRule values) {
        List<SchemaNode> all = new ArrayList<>();
        boolean listed = false;
        for (SchemaNode schema : schemas) {
            SchemaNode own = name == null ? null : schema.properties.get(name);
            listed |= own != null;
            SchemaNode each = own == null ? schema.additional : own;
            if (each != null) {
                all.add(each);
            }
        }
        if ((closed && !listed) || all.stream().anyMatch(each -> each.never)) {
            return Optional.empty();
        }
        return Optional.of(values.of(name, all));
    }
}
