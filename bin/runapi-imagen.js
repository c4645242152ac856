// The name that scripts of a checkout know; the package runs runapi-imagen.cjs itself.
import './runapi-imagen.cjs';
