package io.github.glimpse.text.jinja;

import java.util.List;

/**
 * What {@code dict.keys()}, {@code values()} and {@code items()} give: countable and iterable, without an order to index.
 *
 * @param name  how Python calls it, such as {@code dict_keys}
 * @param items the keys, values or pairs
 */
record JinjaDictView(String name, List<Object> items) {}
