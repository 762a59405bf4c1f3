// Private to native/compose: shadows that lie on the floor.
#pragma once

#include "compose/field.h"

namespace bgcut::compose {

// Strength 0..1 of the shadow that `alpha` casts on the floor it stands on.
Field cast_on_floor(const Field& alpha);

// Strength 0..1 of the shadow under a vehicle.
Field cast_under_vehicle(const Field& alpha);

}  // namespace bgcut::compose
