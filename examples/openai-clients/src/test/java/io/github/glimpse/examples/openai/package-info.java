/** The official clients against the endpoint: {@code mvn -Popenai-clients -pl examples/openai-clients -am test -Dtest='*OverHttpTest' -Dsurefire.failIfNoSpecifiedTests=false}. */
@NullMarked
package io.github.glimpse.examples.openai;

import org.jspecify.annotations.NullMarked;
