package io.github.glimpse.spring.autoconfigure;

import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.StringUtils;

/**
 * Warns of keys below {@code glimpse} that do nothing: locations of models that are off, and what is no property. Spring Boot
 * passes over them without a word, so that a slip of the pen would leave a default in force. Variables of the environment and
 * system properties are not looked at, nor does Spring Boot where it is strict: others' names begin with this word too.
 */
final class UnknownProperties {

    private static final Logger LOG = LoggerFactory.getLogger(UnknownProperties.class);
    /** One wrong character in so many is a misspelling. */
    private static final int CHARACTERS_PER_SLIP = 3;

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of(GlimpseProperties.PREFIX);

    private static final Map<String, String> OLD_NAMES =
            Map.of("glimpse.concurrency.max-active", "glimpse.serving.max-running");

    /** What conditions read and is not bound. */
    private record Switch(boolean enabled) {}

    private UnknownProperties() {}

    /**
     * Refuses names that a property had before: passed over, they would leave a default in force.
     *
     * @throws InvalidPropertyException if one is set; the message has the new name
     */
    static void refuseOldNames(ConfigurableEnvironment environment) {
        Binder binder = new Binder(ConfigurationPropertySources.from(environment.getPropertySources()));
        OLD_NAMES.forEach((old, now) -> {
            if (binder.bind(old, String.class).isBound()) {
                throw InvalidPropertyException.renamed(old, now);
            }
        });
    }

    /** Logs a line for each. */
    static void warn(ConfigurableEnvironment environment) {
        unused(environment, PropertiesMapper.EMBEDDING_LOCATION, GlimpseEmbeddingAutoConfiguration.SWITCH);
        unused(environment, PropertiesMapper.SCORING_LOCATION, GlimpseScoringAutoConfiguration.SWITCH);
        UnboundElementsSourceFilter filter = new UnboundElementsSourceFilter();
        Set<ConfigurationPropertyName> unknown = new TreeSet<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.from(environment.getPropertySources())) {
            if (source instanceof IterableConfigurationPropertySource names && filter.apply(source)) {
                names.stream()
                        .filter(name -> ROOT.isAncestorOf(name) && reason(name) != null)
                        .forEach(unknown::add);
            }
        }
        unknown.forEach(name -> LOG.warn("{} is no property of Glimpse and is ignored; {}", name, reason(name)));
    }

    /** Only where the switch is not set: one that is off was meant so. */
    private static void unused(ConfigurableEnvironment environment, String location, String key) {
        if (!StringUtils.hasText(environment.getProperty(key))
                && StringUtils.hasText(environment.getProperty(location))) {
            LOG.warn("{} is set, but that model is off and is not loaded; set {}=true", location, key);
        }
    }

    /** What there is where the name leaves what is known; null for a property. */
    private static @Nullable String reason(ConfigurationPropertyName name) {
        Type type = GlimpseProperties.class;
        for (int i = 1; i < name.getNumberOfElements(); i++) {
            Type next = next(type, name, i);
            if (next == null) {
                ConfigurationPropertyName parent = name.chop(i);
                Set<String> keys = keys(type).keySet();
                String has = meant(name, i, keys)
                        + (keys.isEmpty() ? parent + " has no keys" : parent + " has " + String.join(", ", keys));
                Set<ConfigurationPropertyName> elsewhere = new TreeSet<>();
                addNamesakes(ROOT, GlimpseProperties.class, name.getLastElement(Form.UNIFORM), elsewhere);
                return elsewhere.isEmpty()
                        ? has
                        : has + "; there is " + StringUtils.collectionToDelimitedString(elsewhere, ", ");
            }
            type = next;
        }
        return null;
    }

    /** The name with the nearest of the keys in place of the unknown one, where that is a property. */
    private static String meant(ConfigurationPropertyName name, int element, Set<String> keys) {
        String written = name.getElement(element, Form.UNIFORM);
        int most = Math.max(1, written.length() / CHARACTERS_PER_SLIP);
        return keys.stream()
                .filter(key -> edits(written, uniform(key)) <= most)
                .min(Comparator.comparingInt(key -> edits(written, uniform(key))))
                .map(key -> name.chop(element).append(key))
                .map(meant ->
                        name.getNumberOfElements() == element + 1 ? meant : meant.append(name.subName(element + 1)))
                .filter(meant -> reason(meant) == null)
                .map(meant -> "did you mean " + meant + "? ")
                .orElse("");
    }

    private static String uniform(String key) {
        return ConfigurationPropertyName.of(key).getElement(0, Form.UNIFORM);
    }

    /** Levenshtein distance: insertions, deletions and replacements of characters. */
    private static int edits(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j - 1], row[j]) + 1);
            }
        }
        return row[other.length()];
    }

    /** Properties below a record that end in the same word: who writes that word meant one of them. */
    private static void addNamesakes(
            ConfigurationPropertyName parent, Type type, String word, Set<ConfigurationPropertyName> found) {
        keys(type).forEach((key, of) -> {
            ConfigurationPropertyName name = parent.append(key);
            if (name.getLastElement(Form.UNIFORM).equals(word)) {
                found.add(name);
            }
            addNamesakes(name, of, word, found);
        });
    }

    private static @Nullable Type next(Type type, ConfigurationPropertyName name, int element) {
        if (type instanceof ParameterizedType collection) {
            Type[] of = collection.getActualTypeArguments();
            if (collection.getRawType() == Map.class) {
                // What is behind a key without keys of its own belongs to it: dots too.
                return keys(of[1]).isEmpty() ? collection : of[1];
            }
            return name.isNumericIndex(element) ? of[0] : null;
        }
        for (Map.Entry<String, Type> key : keys(type).entrySet()) {
            if (ConfigurationPropertyName.of(key.getKey())
                    .getElement(0, Form.UNIFORM)
                    .equals(name.getElement(element, Form.UNIFORM))) {
                return key.getValue();
            }
        }
        return null;
    }

    /** Keys of a record, sorted. */
    private static Map<String, Type> keys(Type type) {
        Map<String, Type> keys = new TreeMap<>();
        if (!(type instanceof Class<?> record) || !record.isRecord()) {
            return keys;
        }
        if (record == GlimpseProperties.class) {
            keys.put("enabled", Boolean.class);
            keys.put("chat-model", Switch.class);
            keys.put("streaming-chat-model", Switch.class);
        }
        RecordComponent[] components = record.getRecordComponents();
        Parameter[] parameters = record.getDeclaredConstructors()[0].getParameters();
        for (int i = 0; i < components.length; i++) {
            Name name = parameters[i].getAnnotation(Name.class);
            keys.put(
                    name == null ? DataObjectPropertyName.toDashedForm(components[i].getName()) : name.value(),
                    components[i].getGenericType());
        }
        return keys;
    }
}
