// Where the console begins.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './look/style.css';
import { App } from './shell/app.js';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
