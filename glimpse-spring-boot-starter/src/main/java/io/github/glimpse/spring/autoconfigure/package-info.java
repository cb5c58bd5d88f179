/**
 * Spring Boot's door to Glimpse: the {@code glimpse.*} properties and the beans made from them. Holds no logic about models.
 */
@NullMarked
package io.github.glimpse.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
