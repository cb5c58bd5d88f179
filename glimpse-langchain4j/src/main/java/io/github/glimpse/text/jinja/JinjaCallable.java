package io.github.glimpse.text.jinja;

/** Something a template can call: a global function, a method bound to its value, or a macro. */
@FunctionalInterface
interface JinjaCallable {

    Object call(JinjaRun run, JinjaArguments arguments);
}
